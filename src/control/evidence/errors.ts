import { errorCatalogue } from "../../base/index.ts";

export const evidenceError = errorCatalogue({
  EVIDENCE_RANGE_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Give days as YYYY-MM-DD, the first not after the last; `baas evidence head` shows the days there are.",
    http: 400,
  },
  EVIDENCE_TOO_LARGE: {
    fault: "user",
    retry: "never",
    guidance: "Export fewer days at once; each bundle proves by itself that it follows the one before.",
    http: 413,
  },
  EVIDENCE_BUNDLE_UNREADABLE: {
    fault: "user",
    retry: "never",
    guidance: "Give a file that `baas evidence export` wrote.",
    http: 400,
  },
});
