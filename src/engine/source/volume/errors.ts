import { errorCatalogue } from "../../../base/index.ts";

export const volumeError = errorCatalogue({
  VOLUME_UNREACHABLE: {
    fault: "operational",
    retry: "later",
    guidance: "Check that the device or image file is attached to this host and that Holdfast may read it.",
    status_reason: "SourceUnreachable",
  },
  VOLUME_SNAPSHOT_FAILED: {
    fault: "operational",
    retry: "soon",
    guidance: "The snapshot provider's own words are in the message. Check its room and that the volume is on it.",
    status_reason: "SnapshotFailed",
  },
  VOLUME_CRASH_CONSISTENT: {
    fault: "operational",
    retry: "never",
    guidance: "Choose a snapshot provider for this volume, or stop what writes to it while it is backed up.",
  },
});
