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
  /** How it was opened: `password`, `password+totp`, `password+passkey`, `passkey`, `oidc`, `token`. */
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

const permission = z.string().min(1).max(100);

export const roleSchema = z.object({
  name: z.string(),
  description: z.string(),
  /** Patterns: `backups:read`, `backups:*`, `*:read` (but for access, audit, metrics, approvals), `*`. */
  permissions: z.array(z.string()),
  builtin: z.boolean(),
});
export type RoleView = z.infer<typeof roleSchema>;

export const rolesSchema = z.object({ items: z.array(roleSchema), next_page_token: z.null() });

export const createRoleRequestSchema = z.strictObject({
  name: nameSchema,
  description: z.string().max(500).default(""),
  permissions: z.array(permission).min(1).max(200),
});

const subjectTypeSchema = z.enum(["user", "group", "service_account", "token"]);

export const bindingSchema = z.object({
  id: z.string(),
  subject_type: subjectTypeSchema,
  /** Id; of a group its name. */
  subject_id: z.string(),
  subject_name: z.string(),
  role: z.string(),
  project_id: z.string().nullable(),
  project_name: z.string().nullable(),
  tags: z.record(tagKeySchema, tagValueSchema).nullable(),
  created_at: instantSchema,
  created_by: z.string(),
  expires_at: instantSchema.nullable(),
});

export const createBindingRequestSchema = z.strictObject({
  subject_type: subjectTypeSchema,
  /** Id or name. */
  subject: z.string().min(1).max(128),
  role: z.string().min(1).max(128),
  /** Id or name; without it everywhere. */
  project: z.string().min(1).max(128).optional(),
  /** Only the project's workloads with all these tags. */
  tags: z.record(tagKeySchema, tagValueSchema).optional(),
  expires_at: instantSchema.optional(),
});

export const accessCheckQuerySchema = z.strictObject({
  subject_type: subjectTypeSchema,
  subject: z.string().min(1).max(128),
  permission,
  /** Id or name; without it: everywhere. */
  project: z.string().min(1).max(128).optional(),
});

export const accessCheckSchema = z.object({
  allowed: z.boolean(),
  /** The grants that allow it, or would elsewhere. */
  grants: z.array(grantSchema),
});

export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  /** Whose it is, if anyone's. */
  user_id: z.string().nullable(),
  user_name: z.string().nullable(),
  created_at: instantSchema,
  created_by: z.string().nullable(),
  expires_at: instantSchema.nullable(),
  revoked_at: instantSchema.nullable(),
  /** To the minute. */
  last_used_at: instantSchema.nullable(),
});

export const createTokenRequestSchema = z.strictObject({
  name: nameSchema,
  /** Permissions: of a token without an owner what it may do everywhere; else what of its owner's rights it may use. */
  scopes: z.array(permission).max(200).default([]),
  /** User or service account it acts for, by id or name. */
  owner: z.string().min(1).max(128).optional(),
  expires_at: instantSchema.optional(),
});

/** The secret is shown this once. */
export const createdTokenSchema = tokenSchema.extend({ secret: z.string().nullable() });

export const userSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["local", "oidc", "service"]),
  display_name: z.string(),
  email: z.string().nullable(),
  groups: z.array(z.string()),
  totp: z.boolean(),
  disabled: z.boolean(),
  created_at: instantSchema,
  last_login_at: instantSchema.nullable(),
});

const password = z.string().min(12).max(256);
const groups = z.array(z.string().min(1).max(128)).max(100);

export const createUserRequestSchema = z.strictObject({
  name: userNameSchema,
  kind: z.enum(["local", "service"]).default("local"),
  display_name: z.string().max(200).optional(),
  email: z.email().max(200).optional(),
  /** Of a local user. */
  password: password.optional(),
  groups: groups.optional(),
});

export const updateUserRequestSchema = z.strictObject({
  display_name: z.string().max(200).optional(),
  email: z.email().max(200).nullable().optional(),
  password: password.optional(),
  groups: groups.optional(),
  disabled: z.boolean().optional(),
  /** Takes the second factor away, for someone who lost it. */
  reset_totp: z.boolean().optional(),
  /** Takes all passkeys away. */
  remove_passkeys: z.boolean().optional(),
  unlock: z.boolean().optional(),
});

export const totpPasswordRequestSchema = z.strictObject({ password: z.string().min(1).max(256) });
export const enrolledTotpSchema = z.object({
  secret: z.string().nullable(),
  /** For a QR code. */
  uri: z.string().nullable(),
});

export const confirmTotpRequestSchema = z.strictObject({ code: z.string().regex(/^\d{6}$/, "six digits") });

export const changePasswordRequestSchema = z.strictObject({ current: z.string().min(1).max(256), password });

export const identityProvidersSchema = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      issuer: z.string(),
      client_id: z.string(),
      has_secret: z.boolean(),
      /** What the provider has to know this server by. */
      redirect_uri: z.string(),
      public_url: z.string(),
      scope: z.string(),
      groups_claim: z.string(),
      /** Only who is in one of these may sign in; empty: everyone. */
      required_groups: z.array(z.string()),
    }),
  ),
  /** That people have come with, or that a role was granted to. */
  groups: z.array(
    z.object({
      name: z.string(),
      people: z.number().int(),
      roles: z.array(z.object({ binding_id: z.string(), role: z.string(), project_name: z.string().nullable() })),
    }),
  ),
});
export type IdentityProvidersView = z.infer<typeof identityProvidersSchema>;
export const probedProviderSchema = z.object({ name: z.string(), issuer: z.string() });

/** What the browser's `navigator.credentials` is given, or gave, as WebAuthn's own JSON (PublicKeyCredential…JSON). */
const webauthn = z.looseObject({});

export const passkeySchema = z.object({
  id: z.string(),
  name: z.string(),
  created_at: instantSchema,
  last_used_at: instantSchema.nullable(),
});
export const passkeysSchema = z.object({ items: z.array(passkeySchema) });

/** What to go on with, good for five minutes. */
export const passkeyBegunSchema = z.object({ challenge: z.string().nullable(), options: webauthn });

export const beginPasskeySignInRequestSchema = z.strictObject({
  /** Of a password that was right; without one the passkey says who it is. */
  challenge: z.string().min(1).max(128).optional(),
});
export const passkeySignInRequestSchema = z.strictObject({
  challenge: z.string().min(1).max(128),
  credential: webauthn,
});
export const passkeyPasswordRequestSchema = z.strictObject({ password: z.string().min(1).max(256) });
export const addPasskeyRequestSchema = z.strictObject({
  challenge: z.string().min(1).max(128),
  name: z.string().trim().min(1).max(64),
  credential: webauthn,
});
