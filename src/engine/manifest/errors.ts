import { errorCatalogue } from "../../base/index.ts";

export const manifestError = errorCatalogue({
  MANIFEST_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance: "This backup cannot be trusted. Use an earlier one, or its copy in the other region.",
    status_reason: "RepositoryDamaged",
  },
  TREE_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance: "Part of this backup's listing cannot be read. Use an earlier backup, or its copy in the other region.",
    status_reason: "RepositoryDamaged",
  },
});
