import { errorCatalogue } from "../../base/index.ts";

export const rotationError = errorCatalogue({
  PROJECT_KEY_NOT_THERE: {
    fault: "user",
    retry: "never",
    guidance: "A project gets its key with its first backup, or by `baas key create --project NAME`.",
    http: 404,
  },
  KEY_VERSION_NEEDED: {
    fault: "user",
    retry: "never",
    guidance:
      "A version is destroyed only when no live backup, copy or recoverable deleted backup depends on it. " +
      "It goes by itself 30 days after the last of them; `baas key rotation status` shows what is left.",
    http: 409,
  },
  KEY_VERSION_NEWEST: {
    fault: "user",
    retry: "never",
    guidance: "Rotate the key first (`baas key rotate`); the newest version protects everything new.",
    http: 409,
  },
  KEY_SAMPLE_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "Find out why a backup of the project does not verify before an older key goes.",
    status_reason: "RepositoryDamaged",
  },
  PROJECT_LOCKED: {
    fault: "user",
    retry: "never",
    guidance:
      "This is working as designed: as long as a lock or a legal hold runs, nobody can make these backups unreadable. " +
      "Shred the project after that date.",
    http: 409,
  },
  PROJECT_SHREDDED: {
    fault: "user",
    retry: "never",
    guidance: "Its key was given up for destruction; make a new project for new backups.",
    http: 409,
  },
  CONFIRMATION_MISSING: {
    fault: "user",
    retry: "never",
    guidance: "Give the project's name once more with --confirm. Nothing of the project can be read afterwards.",
    http: 409,
  },
});
