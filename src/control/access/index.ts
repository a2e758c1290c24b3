/**
 * access: who may call, and what they may do where. Nouns: token, user, service account, session, role (a name for
 * permissions), binding (a role granted to someone, everywhere or in a project or to workloads with tags), principal
 * (whoever makes a request, with what was granted to them), reach (where a permission holds).
 * Invariants: a token or session secret is shown once and kept only as its SHA-256; it carries 256 random bits, so a
 * plain hash is enough, while passwords are hashed with argon2id; an unknown, expired or revoked token is refused with
 * the same answer; nobody grants more than they have.
 */
export * from "./bindings.ts";
export { type Callers, createCallers } from "./callers.ts";
export * from "./errors.ts";
export { covers, type Grant, grantsOf, type Principal, type Reach, reachOf } from "./principal.ts";
export { BUILTIN_ROLES, createRole, deleteRole, getRole, listRoles, permits, type Role } from "./roles.ts";
export * from "./oidc.ts";
export * from "./passkeys.ts";
export * from "./seal.ts";
export * from "./sessions.ts";
export { signInWithPassword, signInWithTotp } from "./sign-in.ts";
export { createToken, ensureAdminToken, type NewToken, revokeToken, verifyToken } from "./tokens.ts";
export { confirmTotp, enrolTotp, removeTotp } from "./totp.ts";
export {
  changePassword,
  createUser,
  getUser,
  getUserRow,
  type NewUser,
  toUser,
  updateUser,
  type User,
} from "./users.ts";
