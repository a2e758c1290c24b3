import { sql } from "kysely";
import type { Kysely } from "kysely";

/** What agents were told to write into backups that they make without the server. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table agent_orders (
    id bigserial primary key,
    workload_id text not null references workloads (id),
    labels jsonb not null,
    expires_after_ms bigint,
    promised_at timestamptz not null
  )`.execute(db);
  await sql`create index agent_orders_workload on agent_orders (workload_id, id)`.execute(db);
}
