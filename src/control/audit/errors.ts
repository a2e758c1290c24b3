import { errorCatalogue } from "../../base/index.ts";

export const auditError = errorCatalogue({
  APPROVAL_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas approval list` shows the ids.", http: 404 },
  APPROVAL_DECIDED: {
    fault: "user",
    retry: "never",
    guidance: "It was decided or has expired. Ask for the operation again.",
    http: 409,
  },
  APPROVAL_OWN_REQUEST: {
    fault: "user",
    retry: "never",
    guidance: "Four eyes are two people: somebody else has to approve it.",
    http: 403,
  },
});
