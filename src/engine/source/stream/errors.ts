import { errorCatalogue } from "../../../base/index.ts";

export const streamError = errorCatalogue({
  STREAM_ENTRY_INVALID: {
    fault: "bug",
    retry: "never",
    guidance: "A source described something that cannot stand in a backup. Please report this with the message.",
    status_reason: "InternalError",
  },
  STREAM_PARENT_INCOMPLETE: {
    fault: "operational",
    retry: "soon",
    guidance: "Part of the parent backup is gone from the region; the next attempt reads everything anew.",
    status_reason: "RepositoryDamaged",
  },
});
