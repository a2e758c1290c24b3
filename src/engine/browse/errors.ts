import { errorCatalogue } from "../../base/index.ts";

export const browseError = errorCatalogue({
  BROWSE_PATH_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "List the folder above it to see what the backup has; names are case-sensitive.",
    http: 404,
  },
  BROWSE_NOT_A_FILE: { fault: "user", retry: "never", guidance: "Name a file; folders can be listed." },
});
