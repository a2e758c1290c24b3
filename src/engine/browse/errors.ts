import { errorCatalogue } from "../../base/index.ts";

export const browseError = errorCatalogue({
  BROWSE_PATH_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "List the folder above it to see what the backup has; names are case-sensitive.",
    http: 404,
  },
  BROWSE_NOT_A_FILE: { fault: "user", retry: "never", guidance: "Name a file; folders can be listed.", http: 409 },
  BROWSE_NOT_A_FOLDER: { fault: "user", retry: "never", guidance: "Name a folder; files can be read.", http: 409 },
  BROWSE_PATH_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Write the path from the top of the backup, with `/` between names, without `.` and `..`.",
    http: 400,
  },
});
