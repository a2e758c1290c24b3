import { errorCatalogue } from "../../base/index.ts";

export const browseError = errorCatalogue({
  BROWSE_BUSY: {
    fault: "operational",
    retry: "soon",
    guidance: "Many backups are being read at this moment. Try again when one of the downloads has ended.",
    http: 503,
  },
});
