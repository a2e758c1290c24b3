import { createHash } from "node:crypto";
import { canonicalJson } from "../../base/index.ts";
import { sql } from "kysely";
import type { Source } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { groupOf } from "../sources/index.ts";

/** What a drill proves something of. Any of these changed, and it proves nothing any more. */
export type ProofSubject = {
  readonly policy_id: string | null;
  readonly policy_version: number | null;
  readonly key_epoch: number;
  /** Of what is read: hash of the workload's source as configured. */
  readonly source: string;
  /** As the source itself gave it, e.g. of a database server. */
  readonly source_version: string | null;
  /** Of the host's agent, or of those of an application's parts. Absent in drills of before it was written down. */
  readonly agent_version?: string | null;
};

export function sourceHash(source: unknown): string {
  // Canonical JSON knows whole numbers only; a source may have others, e.g. the seconds between two heartbeats.
  const whole: unknown = JSON.parse(JSON.stringify(source), (_key, value: unknown) =>
    typeof value === "number" && !Number.isSafeInteger(value) ? String(value) : value,
  );
  return createHash("sha256").update(canonicalJson(whole)).digest("base64url").slice(0, 22);
}

/** As it was when the backup was made. */
export async function subjectOf(db: Db, backup_id: string): Promise<ProofSubject> {
  const backup = await db
    .selectFrom("backups")
    .innerJoin("workloads", "workloads.id", "backups.workload_id")
    .select([
      "backups.project_id",
      "policy_id",
      "policy_version",
      "backups.created_at",
      "details",
      "agent_version",
      "workloads.source",
      "workloads.updated_at",
    ])
    .where("backups.id", "=", backup_id)
    .executeTakeFirstOrThrow();
  return {
    policy_id: backup.policy_id,
    policy_version: backup.policy_version,
    key_epoch: await epochAt(db, backup.project_id, backup.created_at),
    source: sourceHash(await withParts(db, backup.source)),
    source_version: await versionOf(db, backup.details),
    agent_version: await agentVersionIn(db, backup),
  };
}

/** Of the agent that made a backup, or the parts of one. */
async function agentVersionIn(
  db: Db,
  backup: { readonly details: Readonly<Record<string, unknown>>; readonly agent_version: string | null },
): Promise<string | null> {
  const group = groupOf(backup.details);
  if (group === undefined) return backup.agent_version;
  const ids = group.parts.map(({ backup_id }) => backup_id);
  const rows = await db
    .selectFrom("backups")
    .select(["id", "agent_version"])
    .where(sql<boolean>`id = any(${ids}::text[])`)
    .execute();
  const of = new Map(rows.map((row) => [row.id, row.agent_version]));
  return told(group.parts.map(({ name, backup_id }) => [name, of.get(backup_id) ?? null]));
}

/** As it is now. @param source as {@link withParts} gives it @param versions of agents, by their ids */
export function agentVersionNow(source: unknown, versions: ReadonlyMap<string, string | null>): string | null {
  const it = source as Source;
  if (it.kind === "agent") return versions.get(it.agent) ?? null;
  if (it.kind !== "application") return null;
  const parts: readonly { readonly name: string; readonly source?: unknown }[] = it.parts;
  return told(parts.map((part) => [part.name, agentVersionNow(part.source ?? {}, versions)]));
}

function told(parts: readonly (readonly [name: string, version: string | null])[]): string | null {
  const known = parts.flatMap(([name, version]) => (version === null ? [] : [`${name} ${version}`]));
  return known.length === 0 ? null : known.join(", ");
}

/** What is backed up of an application is what its parts are; their sources stand in for their ids. */
export async function withParts(db: Db, source: unknown): Promise<unknown> {
  const it = source as Source;
  if (it.kind !== "application") return source;
  const ids = it.parts.flatMap(({ workload }) => (workload === undefined ? [] : [workload]));
  const rows = await db
    .selectFrom("workloads")
    .select(["id", "source"])
    .where(sql<boolean>`id = any(${ids}::text[])`)
    .execute();
  const sources = new Map(rows.map((row) => [row.id, row.source]));
  return { ...it, parts: it.parts.map((part) => ({ ...part, source: sources.get(part.workload ?? "") ?? null })) };
}

/** Of the source itself, or of each part of an application that tells one. */
export async function versionOf(db: Db, details: Readonly<Record<string, unknown>>): Promise<string | null> {
  const group = groupOf(details);
  if (group === undefined) return versionIn(details);
  const ids = group.parts.map(({ backup_id }) => backup_id);
  const rows = await db
    .selectFrom("backups")
    .select(["id", "details"])
    .where(sql<boolean>`id = any(${ids}::text[])`)
    .execute();
  const of = new Map(rows.map((row) => [row.id, versionIn(row.details)]));
  return told(group.parts.map(({ name, backup_id }) => [name, of.get(backup_id) ?? null]));
}

/** The version a source told of itself, where it did. */
function versionIn(details: Readonly<Record<string, unknown>>): string | null {
  const source = details["source"] as Readonly<Record<string, unknown>> | undefined;
  const version = source?.["version"] ?? source?.["server_version"];
  return typeof version === "string" || typeof version === "number" ? String(version) : null;
}

/** The epoch new data of a project was written under at that moment; the first is 1. */
export async function epochAt(db: Db, project_id: string, at: Date): Promise<number> {
  const row = await db
    .selectFrom("rotations")
    .select((eb) => eb.fn.max("epoch").as("epoch"))
    .where("project_id", "=", project_id)
    .where("created_at", "<=", at)
    .executeTakeFirst();
  return row?.epoch === null || row === undefined ? 1 : Number(row.epoch);
}
