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
  REPORT_SUBSCRIPTION_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Reports go over channels of kind email, webhook and slack: `baas channel list` shows them.",
    http: 400,
  },
  REPORT_SUBSCRIPTION_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Choose another name, or end that one: `baas report unsubscribe NAME`.",
    http: 409,
  },
  REPORT_SUBSCRIPTION_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "`baas report subscriptions` shows them.",
    http: 404,
  },
});
