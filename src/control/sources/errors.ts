import { errorCatalogue } from "../../base/index.ts";

export const sourceError = errorCatalogue({
  SOURCE_SECRET_MISSING: {
    fault: "operational",
    retry: "later",
    guidance: "Give the server the variable, or the file, that the workload's source names.",
    status_reason: "SourceUnreachable",
  },
  SOURCE_KIND_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance: "This server has no driver for that kind of source. `baas workload add --help` names those it has.",
    status_reason: "InvalidRequest",
  },
  RESTORE_OPTION_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance: "Leave the option out, or look at docs/sources for what a restore of this kind can be told.",
    http: 400,
  },
  RESTORE_IN_PLACE_UNSUPPORTED: {
    fault: "user",
    retry: "never",
    guidance: "Restore to a new resource (--new-name) or into a folder (--target) instead.",
    http: 400,
  },
});
