import { errorCatalogue } from "../../base/index.ts";

export const retentionError = errorCatalogue({
  BACKUP_IMMUTABLE: {
    fault: "user",
    retry: "never",
    guidance:
      "Working as designed. Immutable backups cannot be deleted before retention expiry, even by admins. Document the " +
      "storage cost as a compliance cost, and do not try to work around it; the policy can be shortened for backups to come.",
    http: 409,
  },
  BACKUP_HELD: {
    fault: "user",
    retry: "never",
    guidance: "A legal hold keeps it. `baas hold list` shows the reason; whoever may release holds can release it.",
    http: 409,
  },
  BACKUP_IN_GROUP: {
    fault: "user",
    retry: "never",
    guidance: "Delete the application's backup first: it could not be restored without this part.",
    http: 409,
  },
  BACKUP_IN_USE: {
    fault: "user",
    retry: "soon",
    guidance: "Wait until that has ended (`baas job show JOB`), or cancel it (`baas job cancel JOB`), and delete then.",
    http: 409,
  },
  HOLD_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas hold list` shows the legal holds.", http: 404 },
  HOLD_RELEASED: {
    fault: "user",
    retry: "never",
    guidance: "Nothing is left to release; set a new hold if one is needed.",
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
