import { errorCatalogue } from "../../base/index.ts";

export const replicationError = errorCatalogue({
  COPY_SOURCE_MISSING: {
    fault: "operational",
    retry: "never",
    guidance:
      "The backup is not there any more, so there is nothing to copy. `baas backup show` says what became of it.",
    status_reason: "RepositoryDamaged",
  },
});
