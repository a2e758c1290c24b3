import { errorCatalogue } from "../../base/index.ts";

export const policyError = errorCatalogue({
  POLICY_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Correct the named fields; docs/policies.md shows every field with an example.",
    http: 400,
  },
  POLICY_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas policy list` shows the policies.", http: 404 },
  POLICY_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Choose another name, or change the policy that is there with `baas policy set`.",
    http: 409,
  },
  POLICY_IN_USE: {
    fault: "user",
    retry: "never",
    guidance: "Detach the policy first; `baas policy show` lists its attachments.",
    http: 409,
  },
  POLICY_VERSION_CONFLICT: {
    fault: "user",
    retry: "never",
    guidance: "Someone changed the policy meanwhile. Read it again and repeat the edit on what it is now.",
    http: 409,
  },
  SELECTOR_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Write terms such as env=prod, env!=test, 'tier in (1,2)', !temporary or name=web-*, joined by commas.",
    http: 400,
  },
  ATTACHMENT_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Name what to cover: --project, --target-type, --target-name or --target-tag.",
    http: 400,
  },
  ATTACHMENT_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "`baas policy show` lists the attachments.",
    http: 404,
  },
});
