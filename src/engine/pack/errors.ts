import { errorCatalogue } from "../../base/index.ts";

export const packError = errorCatalogue({
  PACK_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance: "Run `baas verify` to see which backups it hurts; restore those from the copy in the other region.",
    status_reason: "RepositoryDamaged",
  },
  PACK_VERSION: {
    fault: "user",
    retry: "never",
    guidance: "This repository was written by a newer Holdfast. Upgrade this installation to read it.",
    status_reason: "RepositoryDamaged",
  },
  CHUNK_MISMATCH: {
    fault: "operational",
    retry: "never",
    guidance:
      "The stored bytes are authentic but not what the id promises: memory of the writing host may be faulty. Restore from another backup and check that host.",
    status_reason: "RepositoryDamaged",
  },
  COMPRESSION_FAILED: {
    fault: "bug",
    retry: "soon",
    guidance: "zstd refused its input. Retry; if it stays, report it with the log.",
  },
});
