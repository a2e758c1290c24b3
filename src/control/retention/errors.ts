import { errorCatalogue } from "../../base/index.ts";

export const retentionError = errorCatalogue({
  BACKUP_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas backup list` shows the backups.", http: 404 },
});
