import { errorCatalogue } from "../../../base/index.ts";

export const sourceError = errorCatalogue({
  SOURCE_UNREACHABLE: {
    fault: "operational",
    retry: "later",
    guidance:
      "Check that the path exists and is mounted on this host and that Holdfast may read it; or pause backups of this workload.",
    status_reason: "SourceUnreachable",
  },
  SOURCE_SNAPSHOT_FAILED: {
    fault: "operational",
    retry: "later",
    guidance:
      "Give each file system or subvolume as a path of its own, check that btrfs-progs is installed and that Holdfast runs as root; or back up without a snapshot.",
    status_reason: "SnapshotFailed",
  },
  SOURCE_FILE_VANISHED: {
    fault: "operational",
    retry: "never",
    guidance:
      "The file was removed while the backup ran. Nothing to do when that is normal; exclude it to silence this.",
    status_reason: "SourceChanged",
  },
  SOURCE_FILE_CHANGED: {
    fault: "operational",
    retry: "never",
    guidance:
      "The file changed while it was read; its content in this backup may mix both states. Quiesce its application or use a snapshot.",
    status_reason: "SourceChanged",
  },
  SOURCE_SOCKET: {
    fault: "user",
    retry: "never",
    guidance: "A socket has no content; the program that owns it makes it anew.",
  },
});
