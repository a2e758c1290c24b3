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
  WAL_NOT_STREAMED: {
    fault: "user",
    retry: "never",
    guidance: "Only PostgreSQL workloads whose source has write-ahead log switched on have an archive.",
    http: 404,
  },
  WAL_SEGMENT_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Hand over a whole segment as archive_command names it (%p), of the server that this workload is.",
    http: 400,
  },
});
