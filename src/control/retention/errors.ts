import { errorCatalogue } from "../../base/index.ts";

export const retentionError = errorCatalogue({
  BACKUP_IMMUTABLE: {
    fault: "user",
    retry: "never",
    guidance:
      "Working as designed: immutable backups cannot be deleted before that date, by administrators neither. " +
      "Its storage is paid for until then; shorten retention or lock of the policy for backups to come.",
    http: 409,
  },
  BACKUP_NOT_THERE: {
    fault: "user",
    retry: "never",
    guidance: "Only a backup that holds data can be deleted. `baas backup show` tells its state.",
    http: 409,
  },
  BACKUP_NOT_DELETED: {
    fault: "user",
    retry: "never",
    guidance: "Only a deleted backup can be brought back: `baas backup list --state DELETED`.",
    http: 409,
  },
  BACKUP_GONE: {
    fault: "user",
    retry: "never",
    guidance: "A sweep has removed it for good, in every region that had it.",
    http: 410,
  },
  BACKUP_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas backup list` shows the backups.", http: 404 },
});
