import { errorCatalogue } from "../../base/index.ts";

export const mountError = errorCatalogue({
  MOUNT_FAILED: {
    fault: "operational",
    retry: "never",
    guidance:
      "The folder must exist and be no mount already, /dev/fuse must be there, and fusermount installed (Debian: fuse3). Without FUSE: baas files get.",
  },
  MOUNT_UNMOUNT_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "Somebody still works in the folder. End that, then: fusermount -u DIR.",
  },
});
