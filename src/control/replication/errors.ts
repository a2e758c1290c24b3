import { errorCatalogue } from "../../base/index.ts";

export const replicationError = errorCatalogue({
  COPY_SOURCE_MISSING: {
    fault: "operational",
    retry: "never",
    guidance:
      "The backup is not there any more, so there is nothing to copy. `baas backup show` says what became of it.",
    status_reason: "RepositoryDamaged",
  },
  LINK_WINDOW_INVALID: {
    fault: "user",
    retry: "never",
    guidance: 'Write hours and a zone, e.g. "22:00-06:00 Asia/Dhaka"; `--no-window` for all times.',
    http: 400,
  },
  LINK_TO_ITSELF: {
    fault: "user",
    retry: "never",
    guidance: "A link leads from one region to another: `baas region list` names them.",
    http: 400,
  },
});
