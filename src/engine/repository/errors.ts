import { errorCatalogue } from "../../base/index.ts";

export const repositoryError = errorCatalogue({
  REPOSITORY_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "Check the path or region. `baas repo init` makes a new repository.",
    http: 404,
  },
  REPOSITORY_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "There is a repository here already; use it, or choose an empty place.",
    http: 409,
  },
  REPOSITORY_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance: "An object every backup needs is damaged. Copy that one object from the replica in the other region.",
    status_reason: "RepositoryDamaged",
  },
  REPOSITORY_VERSION: {
    fault: "user",
    retry: "never",
    guidance: "This repository was written by a newer Holdfast. Upgrade this installation to use it.",
  },
  BACKUP_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "List the backups that exist with `baas list` (or `baas repo list`).",
    http: 404,
  },
  CHUNK_MISSING: {
    fault: "operational",
    retry: "never",
    guidance:
      "A pack that held it is gone or damaged. Run `baas verify`, and restore from the copy in the other region.",
    status_reason: "RepositoryDamaged",
  },
});
