import { sql } from "kysely";
import type { Kysely } from "kysely";

/**
 * What row security needs (see row-security.ts): who looks is in the setting `holdfast.scope` of the transaction. A
 * policy may belong to a project, and then only that project sees it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create function holdfast_scope() returns jsonb language sql stable as
    $$ select coalesce(nullif(current_setting('holdfast.scope', true), ''), '{}')::jsonb $$`,
  `create function holdfast_projects() returns text[] language sql stable as
    $$ select array(select jsonb_array_elements_text(holdfast_scope() -> 'projects')) $$`,
  // Also those of which only some workloads are seen.
  `create function holdfast_projects_seen() returns text[] language sql stable as
    $$ select holdfast_projects() || array(select t ->> 'project_id' from jsonb_array_elements(holdfast_scope() -> 'tagged') t) $$`,
  `create function holdfast_tagged(project text, tags jsonb) returns boolean language sql stable as
    $$ select exists (select from jsonb_array_elements(holdfast_scope() -> 'tagged') t
       where t ->> 'project_id' = project and tags @> (t -> 'tags')) $$`,

  // Made by a caller of a single project it is that project's, whoever writes the row.
  `alter table policies add column project_id text references projects (id)
    default nullif(current_setting('holdfast.project', true), '')`,
  `drop index policies_name`,
  `create unique index policies_name on policies (name, coalesce(project_id, '')) where deleted_at is null`,
];
