/**
 * The email platform as a whole, on real servers: backed up under load, restored to a moment in the past, and nobody
 * who unsubscribed after that moment is mailed because of it.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import {
  applicationStatus,
  chooseGroup,
  getApplication,
  recordSuppressions,
  requestAnyRestore,
  suppressionKind,
} from "../../src/control/application/index.ts";
import { type LogKind, startArchiving } from "../../src/control/archiving/index.ts";
import { createWorkload, getWorkload } from "../../src/control/inventory/index.ts";
import { requestBackup } from "../../src/control/protect/index.ts";
import { requestDelete } from "../../src/control/retention/index.ts";
import { systemClock } from "../../src/base/index.ts";
import { findMariaHost, MariaConnection, MariaInstance } from "../../src/engine/source/mariadb/index.ts";
import { needsMaria, type TestServer } from "../../src/engine/source/mariadb/testing/server.ts";
import { findHost, stopServer } from "../../src/engine/source/postgresql/index.ts";
import { Cluster, needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { withTransaction } from "../../src/platform/db/index.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { type Installation, installation } from "../../src/testing/index.ts";
import { startPlatform } from "./email-platform/platform.ts";

const databases = testDatabases();

/** Somebody who must not be mailed any more, and when that was certain. */
interface Gone {
  readonly address: string;
  readonly where: "postgresql" | "blacklist" | "list" | "api";
  readonly known_ms: number;
}

/** People unsubscribe, are sent to and complain, until told to stop. */
function load(cluster: Cluster, server: TestServer, complain: (address: string) => Promise<void>) {
  const gone: Gone[] = [];
  const sent: { readonly id: number; readonly begun_ms: number; readonly known_ms: number }[] = [];
  let running = true;
  const work = (async () => {
    const sql = await MariaConnection.open(server.target);
    await sql.query("SET time_zone = '+00:00'");
    await sql.query("USE mailwizz");
    for (let n = 1; running; n++) {
      const begun_ms = Date.now();
      await cluster.sql(`INSERT INTO sent (id) VALUES (${n})`);
      sent.push({ id: n, begun_ms, known_ms: Date.now() });
      const add = (address: string, where: Gone["where"]) => gone.push({ address, where, known_ms: Date.now() });
      if (n % 4 === 0) {
        await cluster.sql(`INSERT INTO suppressions (address) VALUES ('P${n}@example.net')`);
        add(`p${n}@example.net`, "postgresql");
      }
      if (n % 4 === 1) {
        const address = `s${n}@example.net`;
        await sql.query(
          `UPDATE mw_list_subscriber SET status = 'unsubscribed', last_updated = UTC_TIMESTAMP() WHERE email = '${address}'`,
        );
        add(address, "list");
      }
      if (n % 4 === 2) {
        const address = `s${n}@example.net`;
        await sql.query(
          `INSERT INTO mw_email_blacklist (email, reason, date_added, last_updated) VALUES ('${address}', 'b', UTC_TIMESTAMP(), UTC_TIMESTAMP())`,
        );
        add(address, "blacklist");
      }
      if (n % 20 === 3) {
        await complain(`s${n}@example.net`);
        add(`s${n}@example.net`, "api");
      }
      await systemClock.sleep(20);
    }
    sql.close();
  })();
  return { gone, sent, stop: () => ((running = false), work) };
}

/** What is restored runs on until it is stopped. */
async function stopRestored(it: Installation, name: string): Promise<void> {
  const pg = (await getWorkload(it.db, `${name}-postgresql`)).source;
  if (pg.kind === "postgresql") await stopServer(await findHost(15), pg.host);
  const maria = (await getWorkload(it.db, `${name}-mailwizz-db`)).source;
  if (maria.kind !== "mariadb") return;
  await new MariaInstance(dirname(maria.host), await findMariaHost(), systemClock).stop();
}

test("an email platform comes back as of one moment, and everyone who unsubscribed since stays unsubscribed", {
  skip: needsPostgres || needsMaria,
}, async (t) => {
  const it = await installation(t, databases);
  await it.run();
  await using platform_servers = await startPlatform(it.dir);
  const { cluster, server, source } = platform_servers;
  const input = { name: "mail", project: "acme", type: "application", source } as const;
  const made = await createWorkload(it.db, input, it);
  const application = await getApplication(it.db, made.id);
  const ports = { ...it, secret: it.sources.secret, backUp: async () => undefined };
  const archiving = startArchiving("test", ports, [suppressionKind(ports) as LogKind]);
  t.after(() => archiving.stop());
  const until = async (what: string, done: () => Promise<boolean>) => {
    for (const end = performance.now() + 90_000; !(await done()); await it.clock.sleep(100))
      if (performance.now() > end) throw new Error(`waited too long: ${what}`);
  };
  const status = () => applicationStatus(it.db, application, it.clock.now_ms());
  await until("logs and suppressions are streamed", async () => {
    const { parts, suppressions } = await status();
    return parts.filter(({ rpo_by }) => rpo_by === "log").length === 2 && suppressions?.state === "STREAMING";
  });

  const complain = async (address: string) => {
    await recordSuppressions(application, [{ address, reason: "complaint" }], "api: test", it);
  };
  const platform = load(cluster, server, complain);
  const ended = async (job_id: string) => {
    const finished = () => it.db.selectFrom("jobs").selectAll().where("id", "=", job_id).executeTakeFirstOrThrow();
    await until(`job ${job_id}`, async () => (await finished()).finished_at !== null).catch(async (error: unknown) => {
      const jobs = await it.db.selectFrom("jobs").select(["kind", "state", "error", "progress"]).execute();
      const steps = await it.db.selectFrom("job_steps").select(["job_id", "name", "state"]).execute();
      throw new Error(JSON.stringify({ jobs, steps }, null, 1), { cause: error });
    });
    return finished();
  };
  const begun = performance.now();
  const took = (what: string) => t.diagnostic(`${what} after ${Math.round(performance.now() - begun)} ms`);
  const backup = await ended((await requestBackup(it.db, { workload: "mail" }, it)).job_id);
  assert.equal(backup.state, "SUCCEEDED", JSON.stringify(backup.error ?? backup.result));
  const backup_id = String(backup.backup_id);
  took("backed up");
  await it.clock.sleep(2500);
  const target_ms = Math.floor(it.clock.now_ms() / 1000) * 1000;
  const to_time = new Date(target_ms).toISOString();
  await it.clock.sleep(3000);
  await until("the logs lead there", () =>
    chooseGroup(application, to_time, it).then(
      (base) => base.backup_id === backup_id,
      () => false,
    ),
  );
  const { rpo_seconds, parts, last_backup } = await status();
  assert.equal(last_backup?.backup_id, backup_id);
  assert.equal(rpo_seconds, Math.max(...parts.map((part) => part.rpo_seconds ?? Number.NaN)), "the worst of its parts");
  // The last ones unsubscribe at the very moment that somebody asks for the restore.
  await platform.stop();
  try {
    const restore = await requestAnyRestore({ backup_id, new_name: "drill", options: { to_time } }, it);
    const job = await ended(restore.job_id);
    took("restored");
    assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error ?? job.result));

    const details = job.result as Readonly<Record<string, unknown>>;
    const after = platform.gone.filter(({ known_ms }) => known_ms > target_ms + 1000);
    const report = details["suppressions"] as Readonly<Record<"entries" | "applied" | "recorded_after_point", number>>;
    assert.ok(after.length > 20, `${after.length} unsubscribed after the target`);
    assert.ok(report.applied >= after.length, JSON.stringify({ report, after: after.length }));
    assert.ok(
      report.recorded_after_point >= after.length && report.entries >= platform.gone.length,
      JSON.stringify(report),
    );
    const validations = details["validations"] as readonly { readonly name: string; readonly outcome: string }[];
    assert.deepEqual(
      validations.filter(({ outcome }) => outcome === "failed"),
      [],
    );
    assert.ok(
      validations.some(({ name, outcome }) => name === "powermta: configuration and DKIM keys" && outcome === "passed"),
    );

    // Asked of the restored servers by themselves: nobody is lost, nothing is there twice, and time stopped at the
    // target.
    const restored = (await getWorkload(it.db, "drill-postgresql")).source;
    const pg = Cluster.at(restored.kind === "postgresql" ? restored.host : "");
    const suppressed = new Set((await pg.sql("SELECT lower(address) AS a FROM suppressions")).map(({ a }) => a));
    assert.deepEqual(
      platform.gone.filter(({ address }) => !suppressed.has(address)),
      [],
      "each is suppressed in PostgreSQL",
    );
    const ids = new Set((await pg.sql("SELECT id FROM sent")).map(({ id }) => Number(id)));
    for (const { id, begun_ms, known_ms } of platform.sent) {
      if (known_ms < target_ms) assert.ok(ids.has(id), `${id} was sent before the target`);
      if (begun_ms > target_ms) assert.ok(!ids.has(id), `${id} was sent after it`);
    }
    const maria = (await getWorkload(it.db, "drill-mailwizz-db")).source;
    const sql = await MariaConnection.open({
      host: maria.kind === "mariadb" ? maria.host : "",
      port: 0,
      user: "root",
      tls: { mode: "disable" },
    });
    const mailable = await sql.query("SELECT email FROM mailwizz.mw_list_subscriber WHERE status = 'confirmed'");
    const blacklist = await sql.query(
      "SELECT email, COUNT(*) AS times FROM mailwizz.mw_email_blacklist GROUP BY email",
    );
    const [delivery] = await sql.query("SELECT status FROM mailwizz.mw_delivery_server");
    sql.close();
    assert.equal(delivery?.["status"], "inactive", "what was restored sends nothing by itself");
    const still = new Set(mailable.map(({ email }) => email));
    const black = new Map(blacklist.map(({ email, times }) => [email?.toLowerCase(), Number(times)]));
    for (const { address, where } of platform.gone) {
      if (where === "list") assert.ok(!still.has(address), `${address} unsubscribed`);
      else assert.equal(black.get(address), 1, `${address} is blacklisted, once`);
    }
    assert.match(readFileSync(join(it.restore_dir, it.project.id, "drill-powermta", "config"), "utf8"), /domain-key/);
  } finally {
    await stopRestored(it, "drill").catch(() => undefined); // there may be none
  }

  // A part's backup stays as long as the application's, and another time is refused with what there is.
  const [part] = (await status()).parts;
  const held = await it.db
    .selectFrom("backups")
    .select("id")
    .where("workload_id", "=", part?.workload_id ?? "")
    .execute();
  await assert.rejects(
    withTransaction(it.db, (tx) => requestDelete(tx, held[0]?.id ?? "", "test", it)),
    { code: "BACKUP_IN_GROUP" },
  );
  await assert.rejects(chooseGroup(application, "2020-01-01T00:00:00Z", it), {
    code: "APPLICATION_TARGET_UNREACHABLE",
  });
});
