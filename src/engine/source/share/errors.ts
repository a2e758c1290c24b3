import { errorCatalogue } from "../../../base/index.ts";

export const shareError = errorCatalogue({
  SHARE_NOT_MOUNTED: {
    fault: "operational",
    retry: "later",
    guidance: "Mount the share on this host at the path that the workload names; `findmnt PATH` shows what is there.",
    status_reason: "SourceUnreachable",
  },
  SHARE_UNREACHABLE: {
    fault: "operational",
    retry: "later",
    guidance: "Check that the file server is up and reachable from this host, and that the mount is not stale.",
    status_reason: "SourceUnreachable",
  },
  SHARE_SNAPSHOT_MISSING: {
    fault: "operational",
    retry: "later",
    guidance: "Check that the file server still makes the snapshot, under the name that the workload gives.",
    status_reason: "SnapshotFailed",
  },
});
