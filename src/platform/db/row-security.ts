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

/** Sees the projects and workloads that the setting `holdfast.scope` lists. */
const SCOPED = "holdfast_scoped";
/** Sees the one project in the setting `holdfast.project`: by equality, which an index in a list's order can answer. */
const TENANT = "holdfast_tenant";
const LOCK_KEY = 4_841_273_564;

/**
 * From here on the transaction sees only what is in scope; anything else is as if it were not there, in lists, look-ups
 * and joins alike, and what belongs to no project is refused altogether (SQLSTATE 42501).
 */
export async function enterRowScope(tx: Tx, scope: RowScope): Promise<void> {
  const { role, scope: seen, project } = scopeSettings(scope);
  await sql`select set_config('holdfast.scope', ${seen}, true), set_config('holdfast.project', ${project}, true),
    set_config('role', ${role}, true)`.execute(tx);
}

/** What a session that is held to the scope has set. */
export function scopeSettings({ projects, tagged }: RowScope): { role: string; scope: string; project: string } {
  const project = projects.length === 1 && tagged.length === 0 ? (projects[0] ?? "") : "";
  return { role: project === "" ? SCOPED : TENANT, scope: JSON.stringify({ projects, tagged }), project };
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

interface Rule {
  readonly using: string;
  readonly check: string;
}

/** How either role sees what belongs to a project, wholly or in part. */
interface Eyes {
  readonly role: string;
  /** A project seen whole. */
  readonly whole: (column: string) => string;
  /** What belongs to a workload, where projects may be seen in part; undefined where none is. */
  readonly part: ((workload_column: string) => string) | undefined;
  readonly projects: string;
  readonly workloads: string;
}

/** Correlated, so that it is a look-up by key for each row and never a scan of all. */
const SEEN = (parent: string, column: string) => `exists (select from ${parent} parent where parent.id = ${column})`;
const IN_PROJECTS = (column: string) => `${column} = any ((select holdfast_projects())::text[])`;
const IN_PROJECT = (column: string) => `${column} = current_setting('holdfast.project', true)`;

const EYES: readonly Eyes[] = [
  {
    role: SCOPED,
    whole: IN_PROJECTS,
    // PostgreSQL may look the workloads up all at once instead: not at all, then, for whoever sees whole projects only.
    part: (column) =>
      `((select coalesce(jsonb_array_length(holdfast_scope() -> 'tagged'), 0) > 0) and ${SEEN("workloads", column)})`,
    projects: `id = any ((select holdfast_projects_seen())::text[])`,
    // The tags of other projects' workloads need no look.
    workloads: `${IN_PROJECTS("project_id")}
      or (project_id = any ((select holdfast_projects_seen())::text[]) and holdfast_tagged(project_id, tags))`,
  },
  {
    role: TENANT,
    whole: IN_PROJECT,
    part: undefined,
    projects: IN_PROJECT("id"),
    workloads: IN_PROJECT("project_id"),
  },
];

const SPECIAL: Readonly<Record<string, (eyes: Eyes) => Rule>> = {
  projects: ({ projects }) => both(projects, `false`),
  workloads: ({ workloads }) => both(workloads),
  policies: ({ whole }) => both(`project_id is null or ${whole("project_id")}`, whole("project_id")),
  policy_versions: ({ whole }) =>
    both(
      `exists (select from policies p where p.id = policy_id)`,
      `exists (select from policies p where p.id = policy_id and ${whole("p.project_id")})`,
    ),
  // One without a project is the provider's; one that names workloads may name another tenant's.
  attachments: ({ whole }) =>
    both(
      `${whole("(target ->> 'project_id')")} or (target -> 'project_id' is null and target -> 'names' is null)`,
      whole("(target ->> 'project_id')"),
    ),
  events: ({ whole }) =>
    both(`${whole("project_id")} or exists (select from jobs where jobs.id = events.subject)`, `true`),
};

function both(using: string, check = using): Rule {
  return { using, check };
}

/** How a table is seen follows from the columns it has; undefined: not at all. */
function ruleOf(table: string, columns: ReadonlySet<string>, eyes: Eyes): Rule | undefined {
  const special = SPECIAL[table];
  if (special !== undefined) return special(eyes);
  if (CLOSED.has(table)) return undefined;
  if (columns.has("project_id")) {
    // Of a project that is seen in part: what belongs to workloads that are seen.
    const part = columns.has("workload_id") && eyes.part !== undefined ? ` or ${eyes.part("workload_id")}` : "";
    return both(`${eyes.whole("project_id")}${part}`);
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
  const statements = EYES.flatMap(({ role }) => [
    `do $$ begin
      if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
      if not pg_has_role('${role}', 'member') then grant ${role} to current_user; end if;
    exception when duplicate_object or unique_violation then null; end $$`,
    `grant usage on schema public to ${role}`,
    `grant usage on all sequences in schema public to ${role}`,
  ]);
  // What the server's triggers write is the server's doing, whoever set them off.
  const triggers = await sql<{ signature: string }>`
    select p.oid::regprocedure::text as signature from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and p.prorettype = 'trigger'::regtype order by 1`.execute(db);
  for (const { signature } of triggers.rows) {
    statements.push(`alter function ${signature} security definer set search_path = public, pg_temp`);
  }
  for (const { table, columns } of rows) {
    for (const eyes of EYES) statements.push(...statementsOf(table, new Set(columns), eyes));
  }
  return statements;
}

function statementsOf(table: string, columns: ReadonlySet<string>, eyes: Eyes): string[] {
  const { role } = eyes;
  const closed = [`revoke all on "${table}" from ${role}`];
  if (SHARED.has(table)) return [...closed, `grant select on "${table}" to ${role}`];
  const rule = ruleOf(table, columns, eyes);
  if (rule === undefined) return closed;
  const name = role === SCOPED ? "holdfast" : role;
  const statements = [
    `alter table "${table}" enable row level security`,
    ...["see", "add", "change", "take"].map((verb) => `drop policy if exists ${name}_${verb} on "${table}"`),
    `create policy ${name}_see on "${table}" for select to ${role} using (${rule.using})`,
    `create policy ${name}_add on "${table}" for insert to ${role} with check (${rule.check})`,
  ];
  if (APPEND_ONLY.has(table)) return [...statements, `grant select, insert on "${table}" to ${role}`];
  return [
    ...statements,
    `create policy ${name}_change on "${table}" for update to ${role} using (${rule.check}) with check (${rule.check})`,
    `create policy ${name}_take on "${table}" for delete to ${role} using (${rule.check})`,
    `grant select, insert, update, delete on "${table}" to ${role}`,
  ];
}
