import { errorCatalogue } from "../../base/index.ts";

export const logError = errorCatalogue({
  LOG_GAP: {
    fault: "operational",
    retry: "never",
    guidance:
      "Part of the log is missing, so nothing behind the gap can be reached from before it. Choose a point before the gap, or a later backup.",
    status_reason: "RepositoryDamaged",
  },
  LOG_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance: "This piece of the log cannot be trusted. Use its copy in the other region, or a point before it.",
    status_reason: "RepositoryDamaged",
  },
  LOG_NAME_INVALID: {
    fault: "bug",
    retry: "never",
    guidance: "A log was given a name that cannot stand in a key. Please report this with the message.",
    status_reason: "InternalError",
  },
});
