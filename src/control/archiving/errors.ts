import { errorCatalogue } from "../../base/index.ts";

export const archivingError = errorCatalogue({
  WAL_DISCONTINUOUS: {
    fault: "bug",
    retry: "soon",
    guidance:
      "The server sent log that does not continue what it sent before; streaming begins anew from what is durable.",
    status_reason: "InternalError",
  },
  WAL_NOT_POSTGRESQL: {
    fault: "user",
    retry: "never",
    guidance: "Name a workload whose source is of kind postgresql.",
    http: 409,
  },
  WAL_NOT_HELD: {
    fault: "user",
    retry: "never",
    guidance:
      "That much log is not held: recovery ends with what came before. `baas wal status` shows how far it goes.",
    http: 404,
  },
  WAL_LEASE_LOST: {
    fault: "operational",
    retry: "soon",
    guidance: "Another server took over the streaming of this workload's log. Nothing to do.",
  },
});
