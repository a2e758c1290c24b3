import { errorCatalogue } from "../../base/index.ts";

export const incidentError = errorCatalogue({
  INCIDENT_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas incident list` shows them.", http: 404 },
  INCIDENT_CLOSED: {
    fault: "user",
    retry: "never",
    guidance: "A closed incident is a record and does not change; open another one.",
    http: 409,
  },
  INCIDENT_NOT_VALIDATED: {
    fault: "user",
    retry: "never",
    guidance:
      "Say of each success criterion whether it is met, with `baas incident update --criterion N --met yes|no`.",
    http: 409,
  },
  INCIDENT_LINK_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance: "Restores and alerts are linked by their ids (rst_…, alt_…), of the same project.",
    http: 400,
  },
});
