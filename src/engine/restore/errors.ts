import { errorCatalogue } from "../../base/index.ts";

export const restoreError = errorCatalogue({
  RESTORE_TARGET_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Choose an empty target, or say that existing files may be replaced.",
    status_reason: "TargetNotWritable",
    http: 409,
  },
  RESTORE_TARGET_UNUSABLE: {
    fault: "user",
    retry: "never",
    guidance: "Name a folder that exists or can be made, on a file system this user may write.",
    status_reason: "TargetNotWritable",
  },
  RESTORE_PATH_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance:
      "List what the backup holds, and give the path relative to the backed up folder or as it was on the source.",
    http: 404,
  },
  RESTORE_KIND: {
    fault: "user",
    retry: "never",
    guidance: "This backup does not hold files; restore it as what it is.",
  },
  RESTORE_PART_LOST: {
    fault: "operational",
    retry: "never",
    guidance:
      "This part of the backup is damaged. Restore it from another backup or from the copy in the other region.",
    status_reason: "RepositoryDamaged",
  },
  RESTORE_CANCELED: {
    fault: "user",
    retry: "never",
    guidance: "Run the same restore again; it goes on where it stopped.",
    status_reason: "Cancelled",
  },
  RESTORE_METADATA: {
    fault: "operational",
    retry: "never",
    guidance: "Run as root (or with CAP_CHOWN and CAP_FOWNER) to set owners and protected attributes.",
  },
  RESTORE_EXTRA_KEPT: {
    fault: "operational",
    retry: "never",
    guidance:
      "Look at the backup's problems, delete by hand what is not wanted, and let later backups read everything.",
  },
  RESTORE_OCCUPIED: {
    fault: "operational",
    retry: "never",
    guidance: "Something of another kind stands in its place; move it away and run the restore again.",
    status_reason: "TargetNotWritable",
  },
});
