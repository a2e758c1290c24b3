import { errorCatalogue } from "../../base/index.ts";

export const manifestError = errorCatalogue({
  MANIFEST_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance: "This backup cannot be trusted. Use an earlier one, or its copy in the other region.",
    status_reason: "RepositoryDamaged",
  },
  TREE_ENTRY_TOO_LARGE: {
    fault: "user",
    retry: "never",
    guidance:
      "Its extended attributes are larger than the repository format holds (1 MiB in all). Remove some, or exclude it.",
    status_reason: "SourceChanged",
  },
  TREE_TOO_DEEP: {
    fault: "user",
    retry: "never",
    guidance: "Paths of this length cannot be listed in one backup. Exclude the folder that nests so deep.",
    status_reason: "SourceChanged",
  },
  TREE_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance: "Part of this backup's listing cannot be read. Use an earlier backup, or its copy in the other region.",
    status_reason: "RepositoryDamaged",
  },
});
