import { errorCatalogue } from "../../base/index.ts";

export const reportError = errorCatalogue({
  REPORT_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "`baas report list` shows the reports there are.",
    http: 404,
  },
  REPORT_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Name what the kind needs: a drill, or a window of at most two years that has begun.",
    http: 400,
  },
});
