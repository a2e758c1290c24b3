import { errorCatalogue } from "../../base/index.ts";

export const backupError = errorCatalogue({
  BACKUP_CANCELED: {
    fault: "user",
    retry: "never",
    guidance: "Run the backup again; what was stored so far is found and not stored twice.",
    status_reason: "Cancelled",
  },
  BACKUP_NO_PATHS: { fault: "user", retry: "never", guidance: "Name at least one absolute path to back up." },
  BACKUP_PACK_MISSING: {
    fault: "operational",
    retry: "soon",
    guidance:
      "An object that was stored a moment ago cannot be found. Check the region's storage; nothing was acknowledged.",
    status_reason: "StorageUnavailable",
  },
});
