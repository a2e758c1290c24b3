import * as z from "zod";
import { instantSchema, jobErrorSchema, nameSchema } from "../model/index.ts";

/** What people see of agents. */

/** `pending`: not enrolled yet. `silent`: not heard of for longer than was set. */
export const agentHealths = ["ok", "silent", "pending", "revoked"] as const;

export const agentSchema = z.object({
  id: z.string(),
  name: z.string(),
  project_id: z.string(),
  project_name: z.string(),
  health: z.enum(agentHealths),
  hostname: z.string().nullable(),
  version: z.string().nullable(),
  protocol: z.number().int().nullable(),
  last_contact_at: instantSchema.nullable(),
  silence_minutes: z.number().int(),
  /** Tasks that wait for it or are under way, and backups it made on its own and has not handed over. */
  backlog: z.number().int(),
  offline_runs: z.number().int(),
  enrolled_at: instantSchema.nullable(),
  revoked_at: instantSchema.nullable(),
  certificate_until: instantSchema.nullable(),
  created_at: instantSchema,
});
export type AgentView = z.output<typeof agentSchema>;

export const createAgentTokenRequestSchema = z.strictObject({
  name: nameSchema.describe("What the host is called; of an agent that is there, to enrol its host anew"),
  project: nameSchema.optional().describe("Project of its own for it; by default named as the agent, and made"),
  region: z.string().min(1).max(128).optional().describe("Where a project that is made keeps its backups"),
  minutes: z.number().int().min(1).max(10_080).default(60).describe("How long the token may be used"),
  silence_minutes: z.number().int().min(1).max(100_000).default(60).describe("Silent for longer: an alert"),
});

export const createdAgentTokenSchema = z.object({
  agent_id: z.string(),
  name: z.string(),
  project_id: z.string(),
  expires_at: instantSchema,
  /** Shown once. */
  token: z.string().nullable(),
});

/**
 * The agent protocol: what an agent says to its server over mutual TLS. A server speaks the versions from `min` to
 * `max`, the one before its own among them once there is one; anything else is refused by name.
 */
export const AGENT_PROTOCOL = { min: 1, max: 1 } as const;

export const enrollRequestSchema = z.strictObject({
  token: z.string().min(1).max(512),
  /** Certificate request, PEM. */
  csr: z.string().min(1).max(8192),
  hostname: z.string().max(255),
  version: z.string().max(64),
});

export const renewRequestSchema = z.strictObject({ csr: z.string().min(1).max(8192) });

export const identitySchema = z.object({
  agent_id: z.string(),
  name: z.string(),
  project_id: z.string(),
  certificate: z.string(),
  authority: z.string(),
});
export type AgentIdentity = z.output<typeof identitySchema>;

/** A task as the agent gets it. */
export const agentTaskSchema = z.object({
  id: z.string(),
  kind: z.enum(["backup", "restore"]),
  region_id: z.string(),
  backup_id: z.string(),
  input: z.record(z.string(), z.unknown()),
});
export type AgentTask = z.output<typeof agentTaskSchema>;

/** What the agent keeps to while it does not reach the server. */
export const standingOrderSchema = z.object({
  workload_id: z.string(),
  region_id: z.string(),
  /** A backup is made when the last one is so old. */
  every_seconds: z.number().int(),
  last_backup_at: instantSchema.nullable(),
  source: z.record(z.string(), z.unknown()),
  hooks: z.record(z.string(), z.unknown()),
  /** What such a backup says of itself, and how long it is kept. */
  labels: z.record(z.string(), z.string()),
  expires_after_ms: z.number().nullable(),
  /** The server will lock its packs; absent from servers that do not tell. */
  locked: z.boolean().default(false),
});
export type StandingOrder = z.output<typeof standingOrderSchema>;

export const pollRequestSchema = z.strictObject({
  version: z.string().max(64),
  hostname: z.string().max(255),
  /** Ids of the tasks it works on: what is not among them is handed out again. */
  running: z.array(z.string().max(128)).max(1000),
  /** How many more it takes. */
  free: z.number().int().min(0).max(64),
  /** Backups made on its own. */
  offline: z
    .array(z.strictObject({ backup_id: z.string().max(64), workload_id: z.string().max(64), made_at: instantSchema }))
    .max(1000),
  /** It has no orders to go on with alone, or could not prepare for them. */
  wants_orders: z.boolean(),
  wait_seconds: z.number().int().min(0).max(55),
});
export type PollRequest = z.output<typeof pollRequestSchema>;

export const pollAnswerSchema = z.object({
  tasks: z.array(agentTaskSchema),
  /** Of those it works on: called off, or given to somebody else. */
  canceled: z.array(z.string()),
  /** Null: as they were. */
  orders: z.array(standingOrderSchema).nullable(),
  /** Backups made on its own that are in the catalog now: it may forget them. */
  adopted: z.array(z.string()),
  /** Name of the key manager, which wrapped keys carry. */
  key_manager: z.string(),
});
export type PollAnswer = z.output<typeof pollAnswerSchema>;

/** How far the engine is. */
export const taskProgressSchema = z.strictObject({
  phase: z.string().max(200),
  files_done: z.number(),
  files_total: z.number().nullable(),
  bytes_done: z.number(),
  bytes_total: z.number().nullable(),
  rate_bytes_per_s: z.number(),
  eta_ms: z.number().nullable(),
});

export const taskEndSchema = z.strictObject({
  result: z.record(z.string(), z.unknown()).optional(),
  error: jobErrorSchema.optional(),
});

export const unwrapRequestSchema = z.strictObject({
  region_id: z.string().max(64),
  key_id: z.string().max(256),
  key_version: z.number().int().min(1),
  /** Base64. */
  ciphertext: z.string().max(16_384),
  context: z.record(z.string().max(64), z.string().max(512)),
});

export const pullRequestSchema = z.strictObject({
  /** The newest of the workload, or this one. */
  backup_id: z.string().max(64).optional(),
  workload: z.string().max(128).optional(),
  target_path: z.string().startsWith("/").max(4096).optional(),
  paths: z.array(z.string().min(1).max(4096)).max(1000).default([]),
  replace_existing: z.boolean().default(false),
  /** Over the files themselves: the workload's name. */
  confirm: z.string().max(128).optional(),
});

export const ownBackupSchema = z.object({
  id: z.string(),
  workload: z.string(),
  created_at: instantSchema,
  source_bytes: z.number().nullable(),
});
export const ownBackupsSchema = z.object({ backups: z.array(ownBackupSchema) });
export type OwnBackup = z.output<typeof ownBackupSchema>;
