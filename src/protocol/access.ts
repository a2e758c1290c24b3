import * as z from "zod";
import { instantSchema, nameSchema, tagKeySchema, tagValueSchema } from "../model/index.ts";

/** Where something was granted: everywhere (both null), in a project, or to the workloads with these tags in it. */
export const grantSchema = z.object({
  role: z.string(),
  project_id: z.string().nullable(),
  tags: z.record(tagKeySchema, tagValueSchema).nullable(),
});

/** Who the caller is, and what it may do. */
export const meSchema = z.object({
  kind: z.enum(["token", "user", "service_account"]),
  /** Of the user or service account; of a token without an owner its own. */
  id: z.string(),
  name: z.string(),
  display_name: z.string(),
  groups: z.array(z.string()),
  grants: z.array(grantSchema),
  /** Every permission of the API's routes that holds somewhere, e.g. `backups:read`; sorted. */
  permissions: z.array(z.string()),
  /** Those that hold everywhere. */
  organisation_permissions: z.array(z.string()),
  /** The projects that anything was granted in; null for all. */
  projects: z.array(z.object({ id: z.string(), name: z.string(), permissions: z.array(z.string()) })).nullable(),
  /** Has a second factor (a local user). */
  totp: z.boolean(),
});
export type Me = z.infer<typeof meSchema>;

/** Name and password of a local user, or an API token. */
export const signInRequestSchema = z.union([
  z.strictObject({ name: z.string().min(1).max(128), password: z.string().min(1).max(1024) }),
  z.strictObject({ token: z.string().min(1).max(256) }),
]);

export const sessionSchema = z.object({
  status: z.literal("signed_in"),
  /** Send it as `x-csrf-token` with everything but GET. */
  csrf_token: z.string(),
  /** How it was opened: `password`, `password+totp`, `passkey`, `oidc`, `token`. */
  method: z.string(),
  expires_at: instantSchema,
  /** Moves on with each request. */
  idle_expires_at: instantSchema,
  me: meSchema,
});
export type SessionView = z.infer<typeof sessionSchema>;

export const signInAnswerSchema = z.union([
  sessionSchema,
  z.object({
    status: z.literal("second_factor"),
    /** To be sent back with the code, within five minutes. */
    challenge: z.string(),
    methods: z.array(z.enum(["totp", "passkey"])),
  }),
]);
export type SignInAnswer = z.infer<typeof signInAnswerSchema>;

export const totpRequestSchema = z.strictObject({
  challenge: z.string().min(1).max(128),
  code: z.string().regex(/^\d{6}$/, "six digits"),
});

export const signInMethodsSchema = z.object({
  password: z.boolean(),
  passkey: z.boolean(),
  token: z.boolean(),
  /** Where the browser goes to sign in with an identity provider. */
  oidc: z.array(z.object({ name: z.string(), start_url: z.string() })),
});

export const userNameSchema = nameSchema.or(z.email().max(128));
