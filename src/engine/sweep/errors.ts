import { errorCatalogue } from "../../base/index.ts";

export const sweepError = errorCatalogue({
  SWEEP_MANIFEST_UNREADABLE: {
    fault: "operational",
    retry: "never",
    guidance:
      "Nothing was deleted: nobody can know what this backup needs. Copy its manifest from the other region, or delete " +
      "the backup; once its time to be brought back is over, the sweep goes on without it.",
    status_reason: "RepositoryDamaged",
  },
  SWEEP_SUPERSEDED: {
    fault: "operational",
    retry: "soon",
    guidance: "Another sweep of this repository was quicker. Nothing was lost; run it again if there is more to free.",
  },
  SWEEP_CANCELED: {
    fault: "user",
    retry: "never",
    guidance: "Run the sweep again; it goes on where this one stopped.",
    status_reason: "Cancelled",
  },
});
