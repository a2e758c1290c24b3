import { sql } from "kysely";
import type { Kysely } from "kysely";

/**
 * What was stored and moved. A sample is one fact (a measured repository, an ended job) and its source makes it count
 * once; a record is an hour's sum, and the difference to a later sum is a further record. Neither ever changes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const KEY = `project_id text not null references projects (id),
    hour timestamptz not null,
    meter text not null,
    class text not null,
    region_id text not null,
    to_region_id text not null`;

const STATEMENTS: readonly string[] = [
  `create table usage_samples (
    id bigserial primary key,
    ${KEY},
    quantity numeric(40, 0) not null,
    source text not null unique,
    measured_at timestamptz not null
  )`,
  `create index usage_samples_hour on usage_samples (hour)`,
  `create table usage_records (
    id bigserial primary key,
    ${KEY},
    seq integer not null,
    quantity numeric(40, 0) not null,
    created_at timestamptz not null,
    unique (project_id, hour, meter, class, region_id, to_region_id, seq)
  )`,
  `create index usage_records_hour on usage_records (hour)`,
  `create function usage_is_append_only() returns trigger language plpgsql as $$
  begin
    raise exception 'usage is append-only';
  end $$`,
  `create trigger usage_samples_append_only before update or delete on usage_samples
    for each row execute function usage_is_append_only()`,
  `create trigger usage_records_append_only before update or delete on usage_records
    for each row execute function usage_is_append_only()`,
];
