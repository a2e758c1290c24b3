import { errorCatalogue } from "../../base/index.ts";

export const anomalyError = errorCatalogue({
  ANOMALY_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas anomaly list` shows them.", http: 404 },
  ANOMALY_DECIDED: { fault: "user", retry: "never", guidance: "Somebody has decided already.", http: 409 },
});
