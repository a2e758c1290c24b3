import { errorCatalogue } from "../../base/index.ts";

export const repositoriesError = errorCatalogue({
  REPOSITORY_NOT_THERE: {
    fault: "user",
    retry: "never",
    guidance:
      "Nothing of this project is stored in that region yet. Choose the region of the backup or of one of its copies.",
    http: 404,
  },
  REPOSITORY_ORIGIN_UNREACHABLE: {
    fault: "operational",
    retry: "soon",
    guidance:
      "Check the storage of the project's first region: a second region starts from its repository's config and keys.",
    status_reason: "StorageUnavailable",
  },
  PROJECT_QUOTA_EXCEEDED: {
    fault: "operational",
    retry: "never",
    guidance:
      "Raise the quota (`baas project quota NAME 500GB`), or delete backups and sweep; the next scheduled run tries again.",
    status_reason: "StorageQuotaExceeded",
    http: 507,
  },
  REGION_MISMATCH: {
    fault: "user",
    retry: "never",
    guidance: "The storage at this place belongs to another region. Give that region's name, or another place.",
    http: 409,
  },
});
