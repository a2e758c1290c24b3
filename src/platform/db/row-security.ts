import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Tables } from "./schema.ts";
import type { Tx } from "./transaction.ts";

/** The projects, and the workloads by tag in further projects, that a transaction may see and change. */
export interface RowScope {
  readonly projects: readonly string[];
  readonly tagged: readonly { readonly project_id: string; readonly tags: Readonly<Record<string, string>> }[];
}

const ROLE = "holdfast_scoped";
const LOCK_KEY = 4_841_273_564;

/**
 * From here on the transaction sees only what is in scope; anything else is as if it were not there, in lists, look-ups
 * and joins alike, and what belongs to no project is refused altogether (SQLSTATE 42501).
 */
export async function enterRowScope(tx: Tx, scope: RowScope): Promise<void> {
  const only = scope.projects.length === 1 && scope.tagged.length === 0 ? (scope.projects[0] ?? "") : "";
  const { projects, tagged } = scope;
  await sql`select set_config('holdfast.scope', ${JSON.stringify({ projects, tagged })}, true),
    set_config('holdfast.project', ${only}, true)`.execute(tx);
  await sql`set local role ${sql.raw(ROLE)}`.execute(tx);
}

/** For what the server itself writes at the end of the transaction. */
export async function leaveRowScope(tx: Tx): Promise<void> {
  await sql`set local role none`.execute(tx);
}

/** Tables that everyone may read and nobody in scope may write. */
const SHARED = new Set([
  "regions",
  "region_links",
  "roles",
  "approval_rules",
  "drill_classes",
  "price_items",
  "prices",
]);
/** Told of what was done by anyone, read only by those in scope. */
const APPEND_ONLY = new Set(["events"]);
/** Hold secrets or other people's names, whatever columns they have. */
const CLOSED = new Set([
  "audit_log",
  "tokens",
  "users",
  "passkeys",
  "sessions",
  "sign_in_challenges",
  "bindings",
  "idempotency_keys",
]);

const IN_PROJECTS = (column: string) => `${column} = any ((select holdfast_projects())::text[])`;
/** Correlated, so that it is a look-up by key for each row and never a scan of all. */
const SEEN = (parent: string, column: string) => `exists (select from ${parent} parent where parent.id = ${column})`;

interface Rule {
  readonly using: string;
  readonly check: string;
}

const SPECIAL: Readonly<Record<string, Rule>> = {
  projects: both(`id = any ((select holdfast_projects_seen())::text[])`, `false`),
  workloads: both(`${IN_PROJECTS("project_id")} or holdfast_tagged(project_id, tags)`),
  policies: both(`project_id is null or ${IN_PROJECTS("project_id")}`, IN_PROJECTS("project_id")),
  policy_versions: both(
    `exists (select from policies p where p.id = policy_id)`,
    `exists (select from policies p where p.id = policy_id and ${IN_PROJECTS("p.project_id")})`,
  ),
  // One without a project is the provider's; one that names workloads may name another tenant's.
  attachments: both(
    `${IN_PROJECTS("(target ->> 'project_id')")} or (target -> 'project_id' is null and target -> 'names' is null)`,
    IN_PROJECTS("(target ->> 'project_id')"),
  ),
  events: both(`${IN_PROJECTS("project_id")} or exists (select from jobs where jobs.id = events.subject)`, `true`),
};

function both(using: string, check = using): Rule {
  return { using, check };
}

/** How a table is seen follows from the columns it has; undefined: not at all. */
function ruleOf(table: string, columns: ReadonlySet<string>): Rule | undefined {
  const special = SPECIAL[table];
  if (special !== undefined) return special;
  if (CLOSED.has(table)) return undefined;
  if (columns.has("project_id")) {
    // Of a project that is seen in part: what belongs to workloads that are seen.
    const tagged = columns.has("workload_id") ? ` or ${SEEN("workloads", "workload_id")}` : "";
    return both(`${IN_PROJECTS("project_id")}${tagged}`);
  }
  for (const [column, parent] of PARENTS) {
    if (columns.has(column)) return both(SEEN(parent, column));
  }
  return undefined;
}

/** A row without a project is seen by whoever sees what it hangs on. */
const PARENTS = [
  ["workload_id", "workloads"],
  ["backup_id", "backups"],
  ["job_id", "jobs"],
] as const;

/**
 * Brings the tables' row security up to date with their columns; a table that belongs to nobody stays closed to scoped
 * transactions until someone decides otherwise here. Whoever owns the tables is not held to it: only a transaction that
 * entered a scope is.
 */
export async function applyRowSecurity(db: Kysely<Tables>): Promise<void> {
  const statements = await plan(db);
  const digest = createHash("sha256").update(statements.join("\n")).digest("hex");
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_KEY)})`.execute(tx);
    const applied = await tx
      .selectFrom("settings")
      .select("value")
      .where("key", "=", "row_security")
      .executeTakeFirst();
    if (applied?.value === digest) return;
    for (const statement of statements) await sql.raw(statement).execute(tx);
    const row = { key: "row_security", value: JSON.stringify(digest), updated_at: sql<Date>`now()` };
    await tx
      .insertInto("settings")
      .values(row)
      .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: row.value, updated_at: row.updated_at }))
      .execute();
  });
}

async function plan(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ table: string; columns: string[] }>`
    select c.table_name as table, array_agg(c.column_name::text) as columns
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.table_name not like 'kysely_%'
    group by c.table_name order by c.table_name`.execute(db);
  // Roles belong to the whole PostgreSQL: another database of ours may make it at this moment.
  const statements = [
    `do $$ begin
      if not exists (select from pg_roles where rolname = '${ROLE}') then create role ${ROLE} nologin; end if;
      if not pg_has_role('${ROLE}', 'member') then grant ${ROLE} to current_user; end if;
    exception when duplicate_object or unique_violation then null; end $$`,
    `grant usage on schema public to ${ROLE}`,
    `grant usage on all sequences in schema public to ${ROLE}`,
  ];
  // What the server's triggers write is the server's doing, whoever set them off.
  const triggers = await sql<{ signature: string }>`
    select p.oid::regprocedure::text as signature from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and p.prorettype = 'trigger'::regtype order by 1`.execute(db);
  for (const { signature } of triggers.rows) {
    statements.push(`alter function ${signature} security definer set search_path = public, pg_temp`);
  }
  for (const { table, columns } of rows) statements.push(...statementsOf(table, new Set(columns)));
  return statements;
}

function statementsOf(table: string, columns: ReadonlySet<string>): string[] {
  const closed = [`revoke all on "${table}" from ${ROLE}`];
  if (SHARED.has(table)) return [...closed, `grant select on "${table}" to ${ROLE}`];
  const rule = ruleOf(table, columns);
  if (rule === undefined) return closed;
  const statements = [
    `alter table "${table}" enable row level security`,
    `drop policy if exists holdfast_see on "${table}"`,
    `drop policy if exists holdfast_add on "${table}"`,
    `drop policy if exists holdfast_change on "${table}"`,
    `drop policy if exists holdfast_take on "${table}"`,
    `create policy holdfast_see on "${table}" for select to ${ROLE} using (${rule.using})`,
    `create policy holdfast_add on "${table}" for insert to ${ROLE} with check (${rule.check})`,
  ];
  if (APPEND_ONLY.has(table)) return [...statements, `grant select, insert on "${table}" to ${ROLE}`];
  return [
    ...statements,
    `create policy holdfast_change on "${table}" for update to ${ROLE} using (${rule.check}) with check (${rule.check})`,
    `create policy holdfast_take on "${table}" for delete to ${ROLE} using (${rule.check})`,
    `grant select, insert, update, delete on "${table}" to ${ROLE}`,
  ];
}
