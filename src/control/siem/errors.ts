import { errorCatalogue } from "../../base/index.ts";

export const siemError = errorCatalogue({
  SINK_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas siem list` shows them.", http: 404 },
  SINK_EXISTS: { fault: "user", retry: "never", guidance: "Choose another name.", http: 409 },
  SINK_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "A syslog sink has --address HOST:PORT, an https sink --url https://…",
    http: 400,
  },
  SINK_REFUSED: { fault: "operational", retry: "later", guidance: "Look what the receiver's own log says." },
  SINK_UNREACHABLE: {
    fault: "operational",
    retry: "later",
    guidance: "Does the receiver listen there, with a certificate that the system or --ca-file vouches for?",
  },
});
