import * as z from "zod";

const keyStateSchema = z.enum(["ENABLED", "DISABLED", "PENDING_DESTRUCTION", "DESTROYED"]);

export const keyViewSchema = z.object({
  key_id: z.string(),
  alias: z.string(),
  /** Name of the project whose backups it protects. */
  project: z.string().nullable(),
  /** Name of the region, where that has a key of its own. */
  region: z.string().nullable(),
  state: keyStateSchema,
  created_at: z.string(),
  destroy_at: z.string().nullable(),
  versions: z.array(
    z.object({
      version: z.number().int(),
      state: keyStateSchema,
      created_at: z.string(),
      destroy_at: z.string().nullable(),
      destroyed_at: z.string().nullable(),
    }),
  ),
});
export type KeyView = z.infer<typeof keyViewSchema>;

const keyRightSchema = z.enum(["wrap", "unwrap", "describe", "admin"]);

export const keyDetailSchema = keyViewSchema.extend({
  /** Who may do what with this key; `denied` takes away what the principal may do with every key. */
  grants: z.array(
    z.object({
      principal: z.string(),
      /** `*`: every key. */
      key_id: z.string(),
      rights: z.array(keyRightSchema),
      denied: z.boolean(),
    }),
  ),
});
export type KeyDetail = z.infer<typeof keyDetailSchema>;

export const keyListSchema = z.object({ items: z.array(keyViewSchema) });

export const createKeyRequestSchema = z.strictObject({
  /** Id or name of the project the key is for. Without one, its first backup makes it. */
  project: z.string().min(1).max(128),
});

export const keyVersionRequestSchema = z.strictObject({
  /** One version; without it the whole key. */
  version: z.number().int().min(1).optional(),
});

export const keyGrantRequestSchema = z.strictObject({
  principal: z.string().min(1).max(64),
  rights: z.array(keyRightSchema).min(1).max(4),
});

export const keyEventsQuerySchema = z.strictObject({
  key: z.string().max(128).optional().describe("Id of a key, or id or name of its project"),
  principal: z.string().max(64).optional(),
  action: z.string().max(64).optional().describe("e.g. `key.unwrap`"),
  outcome: z.enum(["STARTED", "OK", "DENIED", "FAILED", "INTERRUPTED"]).optional(),
  from_at: z.string().max(40).optional(),
  to_at: z.string().max(40).optional(),
  after_seq: z.coerce.number().int().min(0).optional().describe("`next_after_seq` of the page before"),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
});

export const keyEventsSchema = z.object({
  items: z.array(
    z.object({
      seq: z.number().int(),
      at: z.string(),
      principal: z.string(),
      action: z.string(),
      outcome: z.string(),
      key_id: z.string().nullable(),
      key_version: z.number().int().nullable(),
      context: z.record(z.string(), z.string()).nullable(),
      detail: z.record(z.string(), z.union([z.string(), z.number()])).nullable(),
      hash: z.string(),
    }),
  ),
  /** Null at the end of the log. */
  next_after_seq: z.number().int().nullable(),
});
export type KeyEvents = z.infer<typeof keyEventsSchema>;

export const keyLogVerdictSchema = z.object({
  ok: z.boolean(),
  entries_count: z.number().int(),
  head: z.object({ seq: z.number().int(), hash: z.string() }),
  first_broken: z
    .object({ segment: z.string(), line: z.number().int(), seq: z.number().int(), reason: z.string() })
    .nullable(),
});

export const keyLogQuerySchema = z.strictObject({
  seq: z.coerce.number().int().min(1).optional().describe("Number of an entry somebody remembers"),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe("The hash it had"),
});
