import { sql } from "kysely";
import { newId } from "../../base/index.ts";
import type { Policy, PolicySpec } from "../../model/index.ts";
import { appendEvent, compiledStatements, isUniqueViolation, QUICK, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { policyError } from "./errors.ts";
import { parsePolicy } from "./parse.ts";

export interface PolicyEditOptions {
  /** Refuse with POLICY_VERSION_CONFLICT unless the policy still is at this version. */
  readonly version?: number;
}

/** What `policy set` changes: given fields replace, mappings merge, null removes. */
export type PolicyChanges = Readonly<Record<string, unknown>>;

/** From data or a checked spec. @throws POLICY_INVALID, POLICY_EXISTS */
export async function createPolicy(db: Db, input: unknown, ports: Ports): Promise<Policy> {
  const spec = parsePolicy(input);
  return withTransaction(db, (tx) => insertPolicy(tx, spec, { template: false }, ports));
}

/** Stores a checked spec as version 1. @throws POLICY_EXISTS */
export async function insertPolicy(
  tx: Tx,
  spec: PolicySpec,
  options: { readonly template: boolean },
  ports: Ports,
): Promise<Policy> {
  const now = new Date(ports.clock.now_ms());
  const id = newId("pol", ports.clock, ports.random);
  try {
    await tx
      .insertInto("policies")
      .values({ id, name: spec.name, version: 1, template: options.template, created_at: now, updated_at: now })
      .execute();
  } catch (error) {
    if (isUniqueViolation(error, "policies_name")) {
      throw policyError("POLICY_EXISTS", `there is a policy named ${spec.name} already`, { policy: spec.name }, error);
    }
    throw error;
  }
  await insertVersion(tx, id, 1, spec, now);
  await appendEvent(tx, { type: "holdfast.policy.created", subject: id, data: { name: spec.name, version: 1 } }, ports);
  return getPolicy(tx, id);
}

/**
 * Replaces the whole policy. Backups that are made already keep what their version promised.
 * @throws POLICY_NOT_FOUND, POLICY_INVALID, POLICY_VERSION_CONFLICT
 */
export async function replacePolicy(
  db: Db,
  id_or_name: string,
  input: unknown,
  ports: Ports,
  options: PolicyEditOptions = {},
): Promise<Policy> {
  return edit(db, id_or_name, () => input, ports, options);
}

/**
 * Changes single fields, e.g. `{ immutable: true }` or `{ retention: { monthly: 24, weekly: null } }`.
 * @throws POLICY_NOT_FOUND, POLICY_INVALID, POLICY_VERSION_CONFLICT
 */
export async function setPolicy(
  db: Db,
  id_or_name: string,
  changes: PolicyChanges,
  ports: Ports,
  options: PolicyEditOptions = {},
): Promise<Policy> {
  return edit(db, id_or_name, (spec) => merged(spec, changes), ports, options);
}

/** By id or name. @throws POLICY_NOT_FOUND */
export async function getPolicy(db: Db, id_or_name: string): Promise<Policy> {
  return toPolicy(found(await named(db, id_or_name).executeTakeFirst(), id_or_name));
}

/** A policy and how many attachments it has. */
export interface CountedPolicy extends Policy {
  readonly attachment_count: number;
}

const counted = compiledStatements<readonly [id_or_name: string], Parameters<typeof toCounted>[0]>();

/** In one statement. @throws POLICY_NOT_FOUND */
export async function getCountedPolicy(db: Db, id_or_name: string): Promise<CountedPolicy> {
  const [row] = await counted(db, "one", [id_or_name], ([wanted]) =>
    named(db, wanted).select(attachmentCount).limit(1).modifyEnd(sql.raw(QUICK)),
  );
  return toCounted(found(row, id_or_name));
}

/** Those of these ids that there are, in the order of the ids. */
export async function listCountedPolicies(db: Db, ids: readonly string[]): Promise<CountedPolicy[]> {
  const rows = await current(db)
    .select(attachmentCount)
    .where(sql<boolean>`policies.id = any(${[...ids]}::text[])`)
    .execute();
  const by_id = new Map(rows.map((row) => [row.id, toCounted(row)]));
  return ids.flatMap((id) => by_id.get(id) ?? []);
}

const attachmentCount = sql<number>`(select count(*) from attachments where policy_id = policies.id)`.as(
  "attachment_count",
);

function named(db: Db, id_or_name: string) {
  return (
    current(db)
      .where((where) => where.or([where("policies.id", "=", id_or_name), where("policies.name", "=", id_or_name)]))
      // A project's own policy may bear a name that the provider uses, or another project: the provider's comes first.
      .orderBy("policies.project_id", (order) => order.asc().nullsFirst())
  );
}

function found<Row>(row: Row | undefined, id_or_name: string): Row {
  if (row !== undefined) return row;
  throw policyError("POLICY_NOT_FOUND", `there is no policy ${id_or_name}`, { policy: id_or_name });
}

/** All policies, by name. */
export async function listPolicies(db: Db): Promise<Policy[]> {
  return (await current(db).orderBy("policies.name").execute()).map(toPolicy);
}

/**
 * The spec that a backup was made under, whether or not the policy has changed or gone since. @throws POLICY_NOT_FOUND
 */
export async function getPolicyVersion(db: Db, policy_id: string, version: number): Promise<PolicySpec> {
  const row = await db
    .selectFrom("policy_versions")
    .select("spec")
    .where("policy_id", "=", policy_id)
    .where("version", "=", version)
    .executeTakeFirst();
  if (row === undefined)
    throw policyError("POLICY_NOT_FOUND", `there is no version ${version} of policy ${policy_id}`, {
      policy: policy_id,
    });
  return row.spec;
}

export interface PolicyVersion {
  readonly version: number;
  readonly spec: PolicySpec;
  readonly created_at: Date;
}

const VERSIONS_MAX = 1000;

/** Every version a policy had, newest first; at most the last 1,000. @throws POLICY_NOT_FOUND */
export async function listPolicyVersions(db: Db, id_or_name: string): Promise<PolicyVersion[]> {
  const { id } = await getPolicy(db, id_or_name);
  return db
    .selectFrom("policy_versions")
    .select(["version", "spec", "created_at"])
    .where("policy_id", "=", id)
    .orderBy("version", "desc")
    .limit(VERSIONS_MAX)
    .execute();
}

/** Its backups stay, with what was promised for them. @throws POLICY_NOT_FOUND, POLICY_IN_USE while it is attached */
export async function deletePolicy(db: Db, id_or_name: string, ports: Ports): Promise<void> {
  await withTransaction(db, async (tx) => {
    const policy = await getPolicy(tx, id_or_name);
    const attached = await tx
      .selectFrom("attachments")
      .select("id")
      .where("policy_id", "=", policy.id)
      .executeTakeFirst();
    if (attached !== undefined)
      throw policyError("POLICY_IN_USE", `policy ${policy.name} is attached`, { policy: policy.name });
    await tx
      .updateTable("policies")
      .set({ deleted_at: new Date(ports.clock.now_ms()) })
      .where("id", "=", policy.id)
      .execute();
    await appendEvent(tx, { type: "holdfast.policy.deleted", subject: policy.id, data: { name: policy.name } }, ports);
  });
}

async function edit(
  db: Db,
  id_or_name: string,
  change: (spec: PolicySpec) => unknown,
  ports: Ports,
  options: PolicyEditOptions,
): Promise<Policy> {
  return withTransaction(db, async (tx) => {
    const { id } = await getPolicy(tx, id_or_name);
    await tx.selectFrom("policies").select("id").where("id", "=", id).forUpdate().execute();
    const policy = await getPolicy(tx, id);
    if (options.version !== undefined && options.version !== policy.version) {
      const message = `policy ${policy.name} is at version ${policy.version}, not ${options.version}`;
      throw policyError("POLICY_VERSION_CONFLICT", message, { policy: policy.name, version: policy.version });
    }
    const spec = parsePolicy(change(policy.spec));
    if (spec.name !== policy.name) {
      // Tags name policies (backup-policy=NAME): a rename would silently unprotect whatever carries the old name.
      throw policyError("POLICY_INVALID", `name: a policy keeps its name; create ${spec.name} as a new one`, {
        policy: policy.name,
      });
    }
    if (JSON.stringify(sorted(spec)) === JSON.stringify(sorted(policy.spec))) return policy;
    const now = new Date(ports.clock.now_ms());
    const version = policy.version + 1;
    await insertVersion(tx, id, version, spec, now);
    await tx.updateTable("policies").set({ version, updated_at: now }).where("id", "=", id).execute();
    await appendEvent(
      tx,
      { type: "holdfast.policy.changed", subject: id, data: { name: policy.name, version } },
      ports,
    );
    return getPolicy(tx, id);
  });
}

async function insertVersion(tx: Tx, policy_id: string, version: number, spec: PolicySpec, now: Date): Promise<void> {
  await tx
    .insertInto("policy_versions")
    .values({ policy_id, version, spec: JSON.stringify(spec), created_at: now })
    .execute();
}

interface PolicyRow {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly template: boolean;
  readonly spec: PolicySpec;
  readonly created_at: Date;
  readonly updated_at: Date;
}

function current(db: Db) {
  return db
    .selectFrom("policies")
    .innerJoin("policy_versions", (join) =>
      join
        .onRef("policy_versions.policy_id", "=", "policies.id")
        .onRef("policy_versions.version", "=", "policies.version"),
    )
    .where("policies.deleted_at", "is", null)
    .select([
      "policies.id",
      "policies.name",
      "policies.version",
      "template",
      "spec",
      "policies.created_at",
      "updated_at",
    ]);
}

function toCounted({ attachment_count, ...row }: PolicyRow & { readonly attachment_count: number }): CountedPolicy {
  return { ...toPolicy(row), attachment_count: Number(attachment_count) };
}

function toPolicy(row: PolicyRow): Policy {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
}

function merged(base: unknown, changes: unknown): unknown {
  if (!isMapping(base) || !isMapping(changes)) return changes;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

/** jsonb does not keep the order of keys. */
function sorted(value: unknown): unknown {
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
