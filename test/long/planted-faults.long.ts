/**
 * Real faults, planted all at once: each leads to its alert, with its severity and one page, and nothing else pages.
 * Then some are mended, and their alerts close by themselves.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { HoldfastError, type Clock } from "../../src/base/index.ts";
import { createClockWatch, createEvaluator, factSources, noteBreaches } from "../../src/control/alerting/index.ts";
import { scanAnomalies } from "../../src/control/anomaly/index.ts";
import { requestDrill } from "../../src/control/drill/index.ts";
import { appendPending, lazySigner, signHeads } from "../../src/control/evidence/index.ts";
import { incidentFacts, openIncident } from "../../src/control/incidents/index.ts";
import { createProject, createRegion, createWorkload, updateWorkload } from "../../src/control/inventory/index.ts";
import { addChannel, channelFacts, deliverDue, pageDue, testChannel } from "../../src/control/oncall/index.ts";
import { createPolicy } from "../../src/control/policy/index.ts";
import { requestBackup } from "../../src/control/protect/index.ts";
import { readReportFile, requestReport } from "../../src/control/report/index.ts";
import { requestVerification } from "../../src/control/verification/index.ts";
import { needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { appendEvent, withTransaction } from "../../src/platform/db/index.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { installation } from "../../src/testing/index.ts";
import { clusterWithExtension, layExpiredCertificate } from "./planted-drills.ts";

const databases = testDatabases();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MB = 1024 * 1024;

test("each planted fault leads to the right alert, severity and page, and nothing else pages", async (t) => {
  const it = await installation(t, databases);
  const { db } = it;
  const now_ms = it.clock.now_ms();
  const ago = (ms: number) => new Date(now_ms - ms);
  const pages: { kind: string; alert: { rule: string; severity: number } | null }[] = [];
  const sink = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      pages.push(JSON.parse(Buffer.concat(parts).toString()) as (typeof pages)[number]);
      response.end();
    });
  });
  sink.listen(0, "127.0.0.1");
  await once(sink, "listening");
  t.after(() => sink.close());
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
  const secret_ref = "file:/unused";

  const files = async (name: string, count = 3) => {
    const dir = join(it.dir, `source-${name}`);
    await mkdir(dir);
    for (let n = 0; n < count; n++) await writeFile(join(dir, `${n}.bin`), it.random.bytes(60_000));
    return dir;
  };
  /** A project with one workload and the folder it is made of. */
  const plant = async (
    name: string,
    options: { region?: string; count?: number; tags?: Record<string, string> } = {},
  ) => {
    const project = await createProject(db, { name, region: options.region ?? "bd-dha-1" }, it);
    const dir = await files(name, options.count);
    const source = { kind: "files" as const, paths: [dir] };
    const workload = await createWorkload(
      db,
      { name: `${name}-w`, project: name, type: "host", source, tags: options.tags ?? {} },
      it,
    );
    return { project, workload, dir };
  };
  const backUp = async (name: string) => it.ended((await requestBackup(db, { workload: `${name}-w` }, it)).job_id);
  const good = async (name: string) => {
    const job = await backUp(name);
    assert.equal(job.state, "SUCCEEDED", `${name}: ${JSON.stringify(job.error)}`);
    return job.backup_id ?? "";
  };
  const packsOf = async (region: string, project_id: string) => {
    const dir = join(it.dir, region, "projects", project_id, "packs");
    const all = await readdir(dir, { recursive: true, withFileTypes: true });
    return all.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  };
  const expected: string[] = [];

  // The log begins three days ago, and nobody has signed since.
  await appendEvent(db, { type: "holdfast.test.began", subject: "test", data: {} }, it);
  await appendPending(db, { clock: shifted(it.clock, -3 * DAY_MS) });
  expected.push("evidence_stale 2");
  await it.run();

  // A healthy project: it must not be heard of.
  await plant("healthy");
  await good("healthy");

  const gone = await plant("gone");
  await good("gone");
  await rename(gone.dir, `${gone.dir}-away`);
  assert.equal((await backUp("gone")).status_reason, "SourceUnreachable");
  expected.push("backup_failed 2");

  const again = await plant("thrice");
  await rm(again.dir, { recursive: true });
  for (let n = 0; n < 3; n++) await backUp("thrice");
  expected.push("backup_failed 1");

  const pack = await plant("pack");
  const pack_backup = await good("pack");
  for (const path of (await packsOf("bd-dha-1", pack.project.id)).slice(0, 1)) await rm(path);
  await it.ended((await requestVerification({ backup_id: pack_backup }, it)).job_id);
  expected.push("verify_failed 1");

  const flipped = await plant("flipped");
  const old_backup = await good("flipped");
  for (const path of await packsOf("bd-dha-1", flipped.project.id)) {
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await chmod(path, 0o600);
    await writeFile(path, bytes);
  }
  await it.ended((await requestVerification({ backup_id: old_backup }, it)).job_id);
  await db
    .updateTable("backups")
    .set({ created_at: ago(45 * DAY_MS) })
    .where("id", "=", old_backup)
    .execute();
  expected.push("verify_failed 2");

  await plant("key");
  const { keys } = it as { keys: { wrap: unknown; unwrap: unknown } };
  const { wrap, unwrap } = keys;
  const spec = {
    fault: "operational",
    retry: "never",
    guidance: "Grant it.",
    status_reason: "EncryptionKeyAccessDenied",
  } as const;
  const denied = async () => {
    throw new HoldfastError("KEY_ACCESS_DENIED", spec, "the server may not use this key");
  };
  Object.assign(keys, { wrap: denied, unwrap: denied });
  assert.equal((await backUp("key")).status_reason, "EncryptionKeyAccessDenied");
  Object.assign(keys, { wrap, unwrap });
  expected.push("key_access 1");

  const small = { kind: "fs" as const, path: join(it.dir, "small"), quota_bytes: 50_000 };
  await it.repositories.claimRegion(await createRegion(db, { name: "small", country: "BD", store: small }, it));
  await plant("quota", { region: "small" });
  assert.equal((await backUp("quota")).status_reason, "StorageQuotaExceeded");
  expected.push("quota 2");

  const storage = { kind: "fs" as const, path: join(it.dir, "unmounted") };
  await it.repositories.claimRegion(await createRegion(db, { name: "unmounted", country: "BD", store: storage }, it));
  await plant("storage", { region: "unmounted" });
  await good("storage");
  await rename(storage.path, `${storage.path}-away`);
  await writeFile(storage.path, "not a folder any more");
  const unreachable = await backUp("storage");
  t.diagnostic(`storage gone: ${unreachable.status_reason ?? ""}`);
  expected.push(unreachable.status_reason === "StorageUnavailable" ? "storage_unreachable 1" : "backup_failed 2");

  await plant("all");
  const second = await files("all-2");
  await createWorkload(
    db,
    { name: "all-2-w", project: "all", type: "host", source: { kind: "files", paths: [second] }, tags: {} },
    it,
  );
  await rm(second, { recursive: true });
  await rm(join(it.dir, "source-all"), { recursive: true });
  await backUp("all");
  await backUp("all-2");
  expected.push("complete_failure 1");

  await createPolicy(
    db,
    { ...(await templateSpec(db)), name: "to-nowhere", copy: { cross_region: "nowhere" } } as never,
    it,
  );
  await plant("warn", { tags: { "backup-policy": "to-nowhere" } });
  assert.equal((await backUp("warn")).state, "SUCCEEDED_WITH_WARNINGS");
  expected.push("backup_incomplete 2");

  const lag = await plant("lag", { region: "bd-ctg-1" });
  const lag_backup = await good("lag");
  await db
    .updateTable("backups")
    .set({ completed_at: ago(3 * HOUR_MS) })
    .where("id", "=", lag_backup)
    .execute();
  const peer = await db.selectFrom("regions").selectAll().where("name", "=", "bd-dha-1").executeTakeFirstOrThrow();
  const repository = await it.repositories.ensure(lag.project.id, peer.id);
  const copy = { id: "cpy_lag", backup_id: lag_backup, region_id: peer.id, repository_id: repository.id };
  await db
    .insertInto("copies")
    .values({ ...copy, state: "PENDING", created_at: ago(3 * HOUR_MS) })
    .execute();
  expected.push("replication_lag 2");

  const missed = await plant("missed");
  const policy = await db.selectFrom("policies").select("id").executeTakeFirstOrThrow();
  await db
    .insertInto("schedule_slots")
    .values({
      id: "slt_missed",
      workload_id: missed.workload.id,
      policy_id: policy.id,
      policy_version: 1,
      rule: "daily",
      slot_at: ago(2 * HOUR_MS),
      due_at: ago(2 * HOUR_MS),
      window_until: ago(HOUR_MS),
      created_at: ago(2 * HOUR_MS),
    })
    .execute();
  expected.push("backup_missed 2");

  const bare = await plant("bare", { tags: { env: "odd" } });
  await db
    .updateTable("workloads")
    .set({ updated_at: ago(30_000) })
    .where("id", "=", bare.workload.id)
    .execute();
  expected.push("workload_uncovered 2");

  const jumping = { wall: now_ms, now_ms: () => jumping.wall, monotonic_ms: () => 0, sleep: async () => {} };
  const watch = createClockWatch(db, { clock: jumping, random: it.random });
  await watch();
  jumping.wall += 300_000;
  assert.equal(await watch(), 300_000);
  expected.push("clock_jump 2");

  const deleted = await plant("deleted", { count: 40 });
  for (let n = 0; n < 3; n++) await good("deleted");
  for (const name of (await readdir(deleted.dir)).slice(0, 35)) await rm(join(deleted.dir, name));
  await good("deleted");
  await scanAnomalies(db, it);
  expected.push("anomaly 1");

  await plant("growth");
  const first = await good("growth");
  await db
    .updateTable("backups")
    .set({ created_at: ago(9 * DAY_MS), stored_bytes: 300 * MB })
    .where("id", "=", first)
    .execute();
  const last = await good("growth");
  await db
    .updateTable("backups")
    .set({ stored_bytes: 400 * MB })
    .where("id", "=", last)
    .execute();
  expected.push("storage_growth 2");

  await plant("stuck");
  const stuck = await good("stuck");
  await good("stuck");
  await db
    .updateTable("backups")
    .set({ retain_until: ago(3 * DAY_MS), gfs: "[]" })
    .where("id", "=", stuck)
    .execute();
  expected.push("retention_anomaly 2");

  await plant("help");
  const request = { project: "help", severity: 1, title: "orders lost", scope: "all", criteria: [] } as const;
  await openIncident(db, request, "customer", it);
  expected.push("incident_open 1");

  // What only a drill finds.
  await createProject(db, { name: "sandbox", region: "bd-dha-1", sandbox: true }, it);
  const drill = async (workload: string) => {
    const asked = await requestDrill(db, { workload, sandbox: "sandbox", owner: "ops" }, it);
    await it.ended(asked.job_id);
    const { state } = await db
      .selectFrom("drills")
      .select("state")
      .where("id", "=", asked.drill_id)
      .executeTakeFirstOrThrow();
    return state;
  };
  const certificate = await plant("certificate");
  layExpiredCertificate(certificate.dir);
  await good("certificate");
  assert.equal(await drill("certificate-w"), "PASSED");
  expected.push("drill_finding 2");
  if (needsPostgres === false) {
    await createProject(db, { name: "extension", region: "bd-dha-1" }, it);
    const { cluster, lose } = await clusterWithExtension();
    t.after(() => (lose(), cluster[Symbol.asyncDispose]()));
    const tls = { mode: "disable" as const };
    const database = {
      kind: "postgresql" as const,
      host: cluster.folder,
      user: "postgres",
      tls,
      wal: { enabled: false },
    };
    const input = { name: "extension-w", project: "extension", type: "database" as const, source: database, tags: {} };
    await createWorkload(db, input as unknown as Parameters<typeof createWorkload>[1], it);
    await good("extension");
    lose();
    assert.equal(await drill("extension-w"), "FAILED");
    expected.push("drill_failed 2");
  }
  await good("healthy");
  assert.equal(await drill("healthy-w"), "PASSED");

  await addChannel(db, { name: "alive", kind: "webhook", config: { url }, secret_ref }, it);
  await addChannel(db, { name: "dead", kind: "slack", config: { url: "http://127.0.0.1:9" } }, it);
  const readSecret = async () => "s3cret";
  for (let n = 0; n < 3; n++) await testChannel(db, "dead", it);
  await deliverDue({ ...it, readSecret });
  expected.push("channel_failed 2");

  const evaluate = createEvaluator(
    [...factSources, channelFacts, incidentFacts].map(({ every_ms: _, ...each }) => each),
    it,
  );
  const look = async () => {
    await evaluate();
    await noteBreaches(db, it);
    await pageDue(db, it);
    for (let n = 0; n < 5; n++) await deliverDue({ ...it, readSecret });
  };
  await look();
  await look();
  const found = await db.selectFrom("alerts").selectAll().where("state", "=", "OPEN").execute();
  const named = (all: readonly { rule: string; severity: number }[]) =>
    all.map(({ rule, severity }) => `${rule} ${severity}`).sort();
  assert.deepEqual(named(found), expected.toSorted(), found.map(({ summary }) => summary).join("\n"));
  assert.ok(expected.length >= 15, `${expected.length} faults`);
  const paged = pages.flatMap(({ alert }) => (alert === null ? [] : [alert]));
  assert.deepEqual(named(paged), expected.toSorted(), "one page for each, and no other");
  assert.ok(!JSON.stringify(found).includes("healthy"));

  // Each has its line in the report of the period.
  const window = {
    kind: "health",
    project_id: null,
    from: ago(4 * DAY_MS),
    to: new Date(it.clock.now_ms() + DAY_MS),
    by: "test",
  } as const;
  const report = await withTransaction(db, (tx) => requestReport(tx, window, it));
  assert.equal((await it.ended(report.job_id)).state, "SUCCEEDED");
  const csv = (await readReportFile(db, report.report_id, "alerts.csv")).content.toString();
  const lines = csv
    .split("\n")
    .map((line) => /^(\d),"?(\w+): /.exec(line))
    .flatMap((line) => (line === null ? [] : [`${line[2] ?? ""} ${line[1] ?? ""}`]));
  assert.deepEqual(lines.sort(), expected.toSorted(), csv);

  // Mended: the alerts close by themselves, and those who were told are told.
  await rename(`${gone.dir}-away`, gone.dir);
  await good("gone");
  await good("key");
  await good("missed");
  await updateWorkload(db, bare.workload.id, { tags: { "backup-policy": "standard-daily" } }, it);
  await signHeads(db, await lazySigner(it)(), it);
  await look();
  const closed = await db.selectFrom("alerts").selectAll().where("resolved_by", "=", "recovery").execute();
  const mended = ["backup_failed 2", "backup_missed 2", "evidence_stale 2", "key_access 1", "workload_uncovered 2"];
  assert.deepEqual(named(closed), mended);
  const told = pages.filter(({ kind }) => kind === "resolved").flatMap(({ alert }) => (alert === null ? [] : [alert]));
  assert.deepEqual(named(told), mended);
});

function shifted(clock: Clock, ms: number): Clock {
  return { ...clock, now_ms: () => clock.now_ms() + ms };
}

async function templateSpec(db: Awaited<ReturnType<typeof databases.create>>["db"]): Promise<Record<string, unknown>> {
  const row = await db
    .selectFrom("policies")
    .innerJoin("policy_versions", "policy_versions.policy_id", "policies.id")
    .select("policy_versions.spec")
    .where("policies.name", "=", "standard-daily")
    .executeTakeFirstOrThrow();
  return { ...row.spec };
}
