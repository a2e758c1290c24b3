/** A real PostgreSQL server with a log that is streamed, for the pages that go to any second of its past. */
import { setTimeout as delay } from "node:timers/promises";
import { Cluster } from "../../src/engine/source/postgresql/testing/cluster.ts";
import type { Stage } from "./stage.ts";

const LOG_LIMIT_MS = 60_000;

export interface DatabaseWorld {
  readonly cluster: Cluster;
  readonly workload_id: string;
  readonly backup_id: string;
  /** Between the second row and the third. */
  readonly before_third: string;
}

/** A table `ledger` of three rows: one in the backup, one behind it, one too many. */
export async function makeDatabase(stage: Stage): Promise<DatabaseWorld> {
  // Not that of an agent, which shares its project with nobody.
  const project = await stage.call("GET", "/v1/projects/default");
  const cluster = await Cluster.start(["autovacuum = off"]);
  await cluster.sql("CREATE TABLE ledger (id int PRIMARY KEY)");
  await cluster.sql("INSERT INTO ledger VALUES (1)");
  const source = {
    kind: "postgresql",
    host: cluster.folder,
    user: "postgres",
    tls: { mode: "disable" },
    wal: { heartbeat_seconds: 0.5 },
    validations: [{ name: "a known record", sql: "SELECT id FROM ledger WHERE id = 1", expect: "1" }],
  };
  const added = { name: "orders", project: project.id, type: "database", source, tags: { env: "prod", tier: "1" } };
  const { id } = await stage.call("POST", "/v1/workloads", added);
  const asked = await stage.call("POST", "/v1/backups", { workload: id });
  const job = await stage.ended(asked.job_id);
  if (job.state !== "SUCCEEDED") throw new Error(`the database was not backed up: ${JSON.stringify(job.error)}`);
  await cluster.sql("INSERT INTO ledger VALUES (2)");
  // The pages speak of whole seconds: one lies between the rows.
  await delay(1100);
  const before_third = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  await delay(1100);
  await cluster.sql("INSERT INTO ledger VALUES (3)");
  const until_ms = Date.now() + LOG_LIMIT_MS;
  for (;;) {
    const { restorable } = await stage.call("GET", `/v1/workloads/${id}/recovery-base`);
    if (restorable.latest !== null && Date.parse(restorable.latest) > Date.parse(before_third) + 1500) break;
    if (Date.now() > until_ms) throw new Error(`the log does not come: ${JSON.stringify(restorable)}`);
    await delay(250);
  }
  return { cluster, workload_id: id, backup_id: job.backup_id, before_third };
}
