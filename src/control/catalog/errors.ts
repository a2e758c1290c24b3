import { errorCatalogue } from "../../base/index.ts";

export const catalogError = errorCatalogue({
  BACKUP_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance: "`baas backup list` shows the backups and their ids.",
    http: 404,
  },
  LABELS_INCOMPLETE: {
    fault: "operational",
    retry: "never",
    guidance:
      "This backup was not made by a Holdfast server, or by a newer one. It can be restored with `baas repo restore`; the catalog does not take it in.",
  },
  REGION_RECORD_MISSING: {
    fault: "user",
    retry: "never",
    guidance: "No region has kept anything at this place. Give the folder or bucket that the region used.",
  },
});
