import { errorCatalogue } from "../../base/index.ts";

export const tieringError = errorCatalogue({
  TIERS_OFF: {
    fault: "user",
    retry: "never",
    guidance: "Switch them on with `baas tier settings REGION --on`; for a bucket name its storage classes first.",
    http: 409,
  },
  NOTHING_TO_THAW: {
    fault: "user",
    retry: "never",
    guidance: "No pack of the backup stands in the cold tier there: it can be restored at once.",
    http: 409,
  },
  BACKUP_COLD: {
    fault: "operational",
    retry: "later",
    guidance:
      "Ask for its thaw (`baas thaw --backup-id ID`; of a copy with `--region NAME`), or wait for the one under way, " +
      "then read it again. A restore asks and waits by itself.",
    http: 409,
  },
});
