import { errorCatalogue } from "../../base/index.ts";

export const alertingError = errorCatalogue({
  ALERT_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "`baas alert list --all` shows the alerts there are.",
    http: 404,
  },
  ALERT_RESOLVED: {
    fault: "user",
    retry: "never",
    guidance: "The alert is closed; if its cause is still there, a new one will open.",
    http: 409,
  },
  ALERT_STEP_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance: "`baas alert show` lists the clocks that run for this alert.",
    http: 409,
  },
});
