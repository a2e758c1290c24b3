import { z } from "zod";

/*
 * What crosses the socket: `POST /v1/<operation>` with `Authorization: Bearer <token>`, JSON both ways, bytes in
 * base64. 200 carries the result, anything else a serialized error. `GET /v1/health` needs no token and tells nothing
 * but the pid.
 */
export const BODY_BYTES_MAX = 64 * 1024;

const bytes = z.base64();
const context = z.record(z.string(), z.string());
const wrapped = z.strictObject({
  manager: z.string(),
  key_id: z.string(),
  key_version: z.int().min(1),
  ciphertext: bytes,
});
const state = z.enum(["ENABLED", "DISABLED", "PENDING_DESTRUCTION", "DESTROYED"]);
const keyInfo = z.strictObject({
  key_id: z.string(),
  alias: z.string(),
  state,
  created_at: z.string(),
  destroy_at: z.string().nullable(),
  versions: z.array(
    z.strictObject({
      version: z.int(),
      state,
      created_at: z.string(),
      destroy_at: z.string().nullable(),
      destroyed_at: z.string().nullable(),
    }),
  ),
});
const right = z.enum(["wrap", "unwrap", "describe", "admin"]);
const principalInfo = z.strictObject({
  principal: z.string(),
  created_at: z.string(),
  grants: z.array(
    z.strictObject({
      principal: z.string(),
      key_id: z.string(),
      rights: z.array(right),
      denied: z.literal(true).optional(),
    }),
  ),
});
const principalToken = z.strictObject({ principal: z.string(), token: z.string() });
const outcome = z.enum(["STARTED", "OK", "DENIED", "FAILED", "INTERRUPTED"]);
const auditEntry = z.strictObject({
  seq: z.int(),
  at: z.string(),
  principal: z.string(),
  action: z.string(),
  outcome,
  key_id: z.string().optional(),
  key_version: z.int().optional(),
  context: context.optional(),
  change_id: z.string().optional(),
  detail: z.record(z.string(), z.union([z.string(), z.int()])).optional(),
  prev: z.string(),
  hash: z.string(),
});
const auditHead = z.strictObject({ seq: z.int().min(0), hash: z.string() });
const key = z.strictObject({ key_id: z.string() });
const keyVersion = z.strictObject({ key_id: z.string(), version: z.int().min(1).optional() });
const nothing = z.strictObject({});
const principal = z.strictObject({ principal: z.string() });
const grant = z.strictObject({ principal: z.string(), key_id: z.string(), rights: z.array(right).min(1).max(4) });

/** One line for each operation: what goes in, what comes out, and whether asking twice is the same as asking once. */
export const operations = {
  wrap: {
    request: z.strictObject({ key_id: z.string(), plaintext: bytes, context }),
    response: wrapped,
    repeatable: true,
  },
  unwrap: {
    request: z.strictObject({ wrapped, context }),
    response: z.strictObject({ plaintext: bytes }),
    repeatable: true,
  },
  create_key: { request: z.strictObject({ alias: z.string() }), response: keyInfo, repeatable: false },
  describe_key: { request: key, response: keyInfo, repeatable: true },
  list_keys: { request: nothing, response: z.strictObject({ keys: z.array(keyInfo) }), repeatable: true },
  rotate_key: { request: key, response: keyInfo, repeatable: false },
  disable_key: { request: keyVersion, response: keyInfo, repeatable: false },
  enable_key: { request: keyVersion, response: keyInfo, repeatable: false },
  schedule_destruction: {
    request: keyVersion.extend({ after_days: z.int().optional() }),
    response: keyInfo,
    repeatable: false,
  },
  cancel_destruction: { request: keyVersion, response: keyInfo, repeatable: false },
  list_principals: {
    request: nothing,
    response: z.strictObject({ principals: z.array(principalInfo) }),
    repeatable: true,
  },
  add_principal: { request: principal, response: principalToken, repeatable: false },
  rotate_token: { request: principal, response: principalToken, repeatable: false },
  remove_principal: { request: principal, response: nothing, repeatable: false },
  grant: { request: grant, response: principalInfo, repeatable: false },
  revoke: { request: grant, response: principalInfo, repeatable: false },
  audit_log: {
    request: z.strictObject({
      key_id: z.string().optional(),
      principal: z.string().optional(),
      action: z.string().optional(),
      outcome: outcome.optional(),
      from_at: z.string().optional(),
      to_at: z.string().optional(),
      after_seq: z.int().min(0).optional(),
      limit: z.int().optional(),
    }),
    response: z.strictObject({ entries: z.array(auditEntry), next_after_seq: z.int().nullable() }),
    repeatable: true,
  },
  verify_audit_log: {
    request: z.strictObject({ known_head: auditHead.optional() }),
    response: z.strictObject({
      ok: z.boolean(),
      entries_count: z.int(),
      head: auditHead,
      first_broken: z.strictObject({ segment: z.string(), line: z.int(), seq: z.int(), reason: z.string() }).nullable(),
    }),
    repeatable: true,
  },
} as const;

export type Operation = keyof typeof operations;
export type Request<O extends Operation> = z.infer<(typeof operations)[O]["request"]>;
export type Response<O extends Operation> = z.infer<(typeof operations)[O]["response"]>;
