import { errorCatalogue } from "../../base/index.ts";

export const accessError = errorCatalogue({
  TOKEN_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Give a valid token, e.g. in BAAS_TOKEN. The admin token was printed at the server's first start.",
    http: 401,
  },
  TOKEN_NOT_FOUND: { fault: "user", retry: "never", guidance: "List the tokens to see their ids.", http: 404 },
  SESSION_INVALID: { fault: "user", retry: "never", guidance: "Sign in again.", http: 401 },
  SIGN_IN_REFUSED: {
    fault: "user",
    retry: "never",
    guidance: "Check name, password and code. After several failures an account is locked for a while.",
    http: 401,
  },
  SEAL_BROKEN: {
    fault: "operational",
    retry: "never",
    guidance:
      "Give the server the key it had (tokens/seal.key of its data folder, or `seal_key`), or set the second factor anew: `baas user set NAME --reset-totp`.",
    http: 500,
  },
  SIGN_IN_BUSY: { fault: "operational", retry: "soon", guidance: "Try again in a few seconds.", http: 503 },
  SIGN_IN_UNAVAILABLE: {
    fault: "operational",
    retry: "soon",
    guidance: "Check that the identity provider answers and that `oidc` in holdfast.yaml names it rightly.",
    http: 503,
  },
  PASSWORD_WRONG: {
    fault: "user",
    retry: "never",
    guidance: "Give your own password. After several wrong ones the account is locked for a while.",
    http: 403,
  },
  PASSKEY_NOT_FOUND: { fault: "user", retry: "never", guidance: "List your passkeys to see their ids.", http: 404 },
  PASSKEY_REFUSED: {
    fault: "user",
    retry: "never",
    guidance:
      "Passkeys are for local users, at the address that `listen.public_url` names (without it: the host name in the address bar; an IP address has none).",
    http: 400,
  },
  LAST_FACTOR: {
    fault: "user",
    retry: "never",
    guidance:
      "Sign out, sign in with the second factor, and remove it then; or ask an administrator: `baas user set NAME --remove-passkeys` or `--reset-totp`.",
    http: 409,
  },
  TOTP_CODE_WRONG: {
    fault: "user",
    retry: "never",
    guidance: "Type the six digits that the app shows now; when they are refused again, set the clock of its device.",
    http: 400,
  },
  TOTP_REFUSED: {
    fault: "user",
    retry: "never",
    guidance: "Codes of an authenticator app are for local users, and only one that is set up can be taken away.",
    http: 400,
  },
  ROLE_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas role list` shows the roles.", http: 404 },
  ROLE_EXISTS: { fault: "user", retry: "never", guidance: "Choose another name.", http: 409 },
  ROLE_IN_USE: { fault: "user", retry: "never", guidance: "Revoke it everywhere first.", http: 409 },
  ROLE_INVALID: {
    fault: "user",
    retry: "never",
    guidance:
      "Give permissions such as backups:read or backups:*; `baas role show baas.admin` and docs/permissions.md.",
    http: 400,
  },
  BINDING_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas access list` shows the ids.", http: 404 },
  BINDING_EXISTS: { fault: "user", retry: "never", guidance: "Nothing is left to do: it is granted.", http: 409 },
  BINDING_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Name whom, which role, and optionally a project and tags of workloads in it.",
    http: 400,
  },
  ESCALATION_REFUSED: {
    fault: "user",
    retry: "never",
    guidance: "Nobody gives more than they have. Ask someone who holds these permissions.",
    http: 403,
  },
  USER_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas user list` shows them.", http: 404 },
  USER_EXISTS: { fault: "user", retry: "never", guidance: "Choose another name.", http: 409 },
  USER_INVALID: { fault: "user", retry: "never", guidance: "Correct what is named.", http: 400 },
});
