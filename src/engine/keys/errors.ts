import { type ErrorContext, errorCatalogue, HoldfastError } from "../../base/index.ts";

const ACCESS_DENIED_GUIDANCE = "Ask an administrator of the key manager for the missing grant.";

/** Codes of the key room. Where a key cannot be used, jobs report EncryptionKeyAccessDenied. */
export const keyError = errorCatalogue({
  KEY_ACCESS_DENIED: {
    fault: "operational",
    retry: "later",
    guidance: ACCESS_DENIED_GUIDANCE,
    status_reason: "EncryptionKeyAccessDenied",
    http: 403,
  },
  KEY_DISABLED: {
    fault: "operational",
    retry: "later",
    guidance: "Enable the key or version again (cancel its destruction first, if one is scheduled).",
    status_reason: "EncryptionKeyAccessDenied",
    http: 409,
  },
  KEY_DESTROYED: {
    fault: "operational",
    retry: "never",
    guidance: "Destroyed material cannot be brought back. Restore from a backup under another key version.",
    status_reason: "EncryptionKeyAccessDenied",
    http: 410,
  },
  KEY_NOT_FOUND: {
    fault: "operational",
    retry: "later",
    guidance: "Check that this is the key manager that created the key, and that its folder is complete.",
    status_reason: "EncryptionKeyAccessDenied",
    http: 404,
  },
  KEY_CONTEXT_MISMATCH: {
    fault: "operational",
    retry: "never",
    guidance:
      "The wrapped key was altered, or belongs to another repository or purpose. Take it from the other copy of the repository.",
    status_reason: "EncryptionKeyAccessDenied",
    http: 422,
  },
  KEY_WRONG_PASSPHRASE: {
    fault: "user",
    retry: "never",
    guidance:
      "Check keyboard layout, capital letters and trailing spaces, and that the passphrase belongs to this repository. There is no way around a lost passphrase.",
    status_reason: "EncryptionKeyAccessDenied",
    http: 403,
  },
  KEY_SLOT_INVALID: {
    fault: "operational",
    retry: "never",
    guidance: "Restore the passphrase slot from the other copy of the repository's configuration.",
    status_reason: "EncryptionKeyAccessDenied",
  },
  KEY_MANAGER_UNREACHABLE: {
    fault: "operational",
    retry: "soon",
    guidance: "Check that the key manager runs and that the address and certificates are right, and read its log.",
    status_reason: "EncryptionKeyAccessDenied",
    http: 503,
  },
  KEY_MANAGER_BUSY: {
    fault: "operational",
    retry: "soon",
    guidance: "Try again in a moment. If it stays so, look for a caller that floods the key manager in its audit log.",
    status_reason: "EncryptionKeyAccessDenied",
    http: 503,
  },
  KEY_MANAGER_BAD_ANSWER: {
    fault: "operational",
    retry: "later",
    guidance: "Check that the address is a Holdfast key manager of the same version as this program.",
    status_reason: "EncryptionKeyAccessDenied",
    http: 502,
  },
  KEY_MANAGER_START_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "The message carries the end of the key manager's log; remedy what it names and start again.",
    status_reason: "EncryptionKeyAccessDenied",
  },
  KEY_STORE_LOCKED: {
    fault: "operational",
    retry: "soon",
    guidance: "One process serves one key folder. Stop the other key manager, or use it.",
    status_reason: "EncryptionKeyAccessDenied",
  },
  KEY_STORE_NOT_SET_UP: {
    fault: "user",
    retry: "never",
    guidance: "Set the folder up once with --init, or give the right folder.",
    status_reason: "EncryptionKeyAccessDenied",
  },
  KEY_STORE_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance: "Do not start over: restore the key folder from its own backup. Backups are unreadable without it.",
    status_reason: "EncryptionKeyAccessDenied",
    http: 500,
  },
  KEY_STORE_UNSAFE: {
    fault: "operational",
    retry: "later",
    guidance: "Give folder and files to the key manager's own user, with no rights for group and others (0700, 0600).",
    status_reason: "EncryptionKeyAccessDenied",
  },
  KEY_STORE_WRITE_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "Check space and health of the disk that holds the key folder. Nothing was acknowledged.",
    status_reason: "EncryptionKeyAccessDenied",
    http: 507,
  },
  KEY_ROOT_SECRET_WRONG: {
    fault: "operational",
    retry: "never",
    guidance:
      "Supply the root secret this folder was set up with: 64 hexadecimal characters, from file, environment or stdin.",
    status_reason: "EncryptionKeyAccessDenied",
  },
  KEY_AUDIT_UNAVAILABLE: {
    fault: "operational",
    retry: "later",
    guidance:
      "Keys are used only when the use can be recorded. Check space and health of the disk that holds the audit folder.",
    status_reason: "EncryptionKeyAccessDenied",
    http: 507,
  },
  KEY_ALIAS_TAKEN: {
    fault: "user",
    retry: "never",
    guidance: "Use the existing key, or choose another alias.",
    http: 409,
  },
  KEY_STATE_CONFLICT: {
    fault: "user",
    retry: "never",
    guidance: "Describe the key to see its state, and undo that state first.",
    http: 409,
  },
  KEY_PRINCIPAL_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "List the principals to see their names.",
    http: 404,
  },
  KEY_LAST_ADMIN: {
    fault: "user",
    retry: "never",
    guidance:
      "Give another principal `admin` on every key first; otherwise nobody could change the access list any more.",
    http: 409,
  },
  KEY_REQUEST_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Correct the field the message names; limits are in docs/security/key-manager.md.",
    http: 400,
  },
});

/** KEY_ACCESS_DENIED with the command that would remedy it. */
export function accessDenied(message: string, guidance: string, context: ErrorContext): HoldfastError {
  const plain = keyError("KEY_ACCESS_DENIED", message, context);
  return new HoldfastError(plain.code, { ...plain.spec, guidance }, message, context);
}
