import { errorCatalogue } from "../../base/index.ts";

export const mountError = errorCatalogue({
  MOUNT_FAILED: {
    fault: "operational",
    retry: "never",
    guidance:
      "The folder must exist and be no mount already, /dev/fuse must be there, and fusermount installed (Debian: fuse3). Without FUSE: baas files get.",
  },
  WEBDAV_LISTEN_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "Choose an address of this machine and a free port, e.g. --listen 127.0.0.1:8081.",
  },
  WEBDAV_TOO_LARGE: { fault: "user", retry: "never", guidance: "Ask for fewer properties.", http: 413 },
  MOUNT_UNMOUNT_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "Somebody still works in the folder. End that, then: fusermount -u DIR.",
  },
});
