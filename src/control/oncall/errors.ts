import { errorCatalogue } from "../../base/index.ts";

export const oncallError = errorCatalogue({
  CHANNEL_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas channel list` shows the channels.", http: 404 },
  CHANNEL_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Choose another name, or remove that channel.",
    http: 409,
  },
  CHANNEL_CONFIG_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "docs/oncall.md lists what each kind of channel takes. Secrets are given as env:NAME or file:/PATH.",
    http: 400,
  },
  DELIVERY_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas channel list` shows the channels.", http: 404 },
  DELIVERY_FAILED: {
    fault: "operational",
    retry: "soon",
    guidance: "It is tried again by itself. `baas channel list` shows the last error.",
  },
  DELIVERY_REFUSED: {
    fault: "operational",
    retry: "never",
    guidance: "The other side refuses the message: check address and secret, then `baas channel test`.",
  },
  ONCALL_OVERRIDE_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "`baas oncall show` says who is on call and why; an override that was taken back is gone.",
    http: 404,
  },
  ONCALL_CONFIG_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "docs/oncall.md shows a whole file. Every name in it must be a person, rotation or channel that exists.",
    http: 400,
  },
});
