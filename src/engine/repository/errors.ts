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
  WRITER_FENCED: {
    fault: "operational",
    retry: "soon",
    guidance: "Run it again: what was stored is mostly found again. Look into why this machine stood still so long.",
  },
  BACKUP_IMMUTABLE: {
    fault: "user",
    retry: "never",
    guidance:
      "This is working as designed: nobody can delete an immutable backup before that date, no administrator either. " +
      "Until then it uses storage and costs what it costs; shorten the retention or the lock of the policy for later backups.",
    http: 409,
  },
  BACKUP_NOT_FORGOTTEN: {
    fault: "user",
    retry: "never",
    guidance: "Only a deleted backup can be brought back. `baas repo list` shows which are deleted.",
    http: 409,
  },
  BACKUP_GONE: {
    fault: "user",
    retry: "never",
    guidance: "Its time to be brought back is over. Look for a copy in another region.",
    http: 410,
  },
});
