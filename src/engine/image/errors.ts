import { errorCatalogue } from "../../base/index.ts";

export const imageError = errorCatalogue({
  IMAGE_READER_MISSING: {
    fault: "operational",
    retry: "later",
    guidance:
      "Install what reads file systems inside images where the server (or `baas repo mount`) runs; on Debian: guestfish, libguestfs-xfs, ntfs-3g, qemu-system-x86 and a kernel (linux-image-cloud-amd64). The image itself can be read without it.",
    http: 503,
  },
  IMAGE_READER_FAILED: {
    fault: "operational",
    retry: "later",
    guidance:
      "Run libguestfs-test-tool as the same user and see docs/files.md. The image itself can be read without it, e.g. with baas files get.",
    http: 503,
  },
  IMAGE_OPENING: {
    fault: "operational",
    retry: "soon",
    guidance: "The small machine that reads the image is still starting. Ask again in a minute.",
    http: 503,
  },
  IMAGE_BUSY: {
    fault: "operational",
    retry: "soon",
    guidance: "File systems of other images are being read at this moment. Try again when one of them is done.",
    http: 503,
  },
  IMAGE_UNREADABLE: {
    fault: "operational",
    retry: "never",
    guidance:
      "The file system is damaged, encrypted, or of a kind that is not read. Get the image itself (baas files get) and look at it with other tools.",
    http: 422,
  },
  IMAGE_FOLDER_TOO_LARGE: {
    fault: "operational",
    retry: "never",
    guidance: "Name what you want below it, or mount the image itself.",
    http: 422,
  },
});
