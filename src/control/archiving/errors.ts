import { errorCatalogue } from "../../base/index.ts";

export const archivingError = errorCatalogue({
  WAL_DISCONTINUOUS: {
    fault: "bug",
    retry: "soon",
    guidance:
      "The server sent log that does not continue what it sent before; streaming begins anew from what is durable.",
    status_reason: "InternalError",
  },
  WAL_LEASE_LOST: {
    fault: "operational",
    retry: "soon",
    guidance: "Another server took over the streaming of this workload's log. Nothing to do.",
  },
});
