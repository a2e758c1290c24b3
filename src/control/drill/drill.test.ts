import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { chmod, lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { HoldfastError } from "../../base/index.ts";
import { createKeyFolder } from "../../engine/keystore/testing/key-folder.ts";
import { inProcess } from "../../engine/keystore/testing/in-process.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import type { Installation, InstallationOptions } from "../../testing/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import { createProject, createWorkload } from "../inventory/index.ts";
import { requestBackup } from "../protect/index.ts";
import {
  changeDrillClass,
  completeTask,
  forecastRestore,
  proofSummary,
  removeLeftovers,
  requestDrill,
} from "./index.ts";
import type { checkConnections } from "./connections.ts";
import { drillKind } from "./kinds.ts";

const databases = testDatabases();

async function world(t: TestContext, options: InstallationOptions = {}) {
  const it = await installation(t, databases, options);
  const source = join(it.dir, "source");
  await mkdir(join(source, "deep"), { recursive: true });
  await writeFile(join(source, "a.bin"), it.random.bytes(300_000));
  await writeFile(join(source, "deep", "b.txt"), "second", { mode: 0o640 });
  await symlink("a.bin", join(source, "link"));
  await it.workload("web-1", [source], { tier: "1", "backup-policy": "standard-daily" });
  await createProject(it.db, { name: "drills", region: "bd-dha-1", sandbox: true }, it);
  return { it, source };
}

async function drill(
  it: Installation,
  backup: { choose: "latest" } | { choose: "random"; within: string } = { choose: "latest" },
) {
  const asked = await requestDrill(it.db, { workload: "web-1", sandbox: "drills", owner: "ops@acme", backup }, it);
  const job = await it.ended(asked.job_id);
  const row = await it.db.selectFrom("drills").selectAll().where("id", "=", asked.drill_id).executeTakeFirstOrThrow();
  const tasks = await it.db.selectFrom("tasks").selectAll().where("drill_id", "=", asked.drill_id).execute();
  return { job, row, tasks };
}

const codes = (found: readonly { code: string }[]) => found.map(({ code }) => code);

test("a drill restores, compares, measures, leaves evidence, and takes everything away again", async (t) => {
  const { it } = await world(t);
  await it.run();
  await it.backUp("web-1");
  const { job, row, tasks } = await drill(it);
  assert.deepEqual([job.state, row.state, row.findings], ["SUCCEEDED", "PASSED", []], JSON.stringify(job.error));
  assert.deepEqual([row.class, row.rto_target_seconds, row.rpo_target_seconds], ["tier-1", 3600, 14_400]);
  assert.deepEqual(
    row.validations.map(({ name, passed }) => [name, passed]),
    [
      ["everything was restored", true],
      ["entries", true],
      ["owners, modes and times", true],
      ["contents by checksum", true],
    ],
  );
  assert.match(row.validations[3]?.detail ?? "", /^2 files, 300006 bytes read twice/);
  assert.ok((row.rto_seconds ?? 0) > 0 && (row.rto_seconds ?? 99) < 60);
  assert.ok((row.rpo_seconds ?? -1) >= 0 && (row.rpo_seconds ?? 999) < 60);
  assert.ok(row.steps.some(({ name, seconds }) => name === "restore: run" && seconds !== null));
  assert.deepEqual(tasks, []);
  assert.deepEqual(await readdir(join(it.restore_dir, "drills")), []);
  // The next restore is forecast from it: as long for as much, longer for more, and with the thaw in front.
  const backup = await getBackupRow(it.db, row.backup_id ?? "");
  const forecast = await forecastRestore(backup, backup.region_id, it);
  assert.deepEqual([forecast.basis, forecast.drills, forecast.meets_target], ["kind", 1, true]);
  assert.equal(forecast.p50_seconds, Math.round(row.rto_seconds ?? 0));
  const large = await forecastRestore({ ...backup, source_bytes: 1e15 }, backup.region_id, it);
  assert.deepEqual([large.meets_target, (large.p50_seconds ?? 0) > 3600], [false, true]);
  const facts = await it.db
    .selectFrom("evidence_pending")
    .select("data")
    .where("kind", "=", "holdfast.drill.completed")
    .execute();
  assert.deepEqual(
    facts.map(({ data }) => data["state"]),
    ["PASSED"],
  );
  const summary = await proofSummary(it.db, it.clock.now_ms(), { from_ms: 0 });
  assert.deepEqual(
    summary.groups.map(({ by, name, drills, rto_p95_seconds }) => [by, name, drills, rto_p95_seconds]),
    [
      ["region", "bd-dha-1", 1, row.rto_seconds],
      ["size", "below 1 GiB", 1, row.rto_seconds],
      ["tier", "none", 1, row.rto_seconds],
    ],
  );
  // Nothing of it is in the inventory, and production was not touched.
  const names = await it.db.selectFrom("workloads").select("name").execute();
  assert.deepEqual(
    names.map(({ name }) => name),
    ["web-1"],
  );
});

test("no eligible backup is a failed drill; a missed target a task with owner and date, done once", async (t) => {
  const { it } = await world(t);
  await it.run();
  const none = await drill(it);
  assert.deepEqual([none.row.state, codes(none.row.findings)], ["FAILED", ["NO_ELIGIBLE_BACKUP"]]);
  assert.deepEqual([none.tasks[0]?.owner, none.tasks[0]?.state], ["ops@acme", "OPEN"]);

  await it.backUp("web-1");
  await changeDrillClass(it.db, "tier-1", { rpo_seconds: 1 }, it);
  await it.db
    .updateTable("backups")
    .set({ created_at: new Date(it.clock.now_ms() - 7_200_000) })
    .execute();
  const late = await drill(it);
  assert.deepEqual([late.row.state, codes(late.row.findings)], ["MISSED_TARGET", ["RPO_MISSED"]]);
  assert.ok((late.row.rpo_seconds ?? 0) >= 7200);
  const [task] = late.tasks;
  assert.equal(Math.round(((task?.due_at.getTime() ?? 0) - it.clock.now_ms()) / 3_600_000), 48);
  const done = () => withTransaction(it.db, (tx) => completeTask(tx, task?.id ?? "", { who: "rahim" }, it));
  assert.deepEqual([(await done()).done_by, (await done()).state], ["rahim", "DONE"]);
});

test("a damaged pack is caught, and said which file it costs; the copy of another region passes", async (t) => {
  const { it, source } = await world(t);
  await it.run();
  await it.backUp("web-1");
  const packs = join(it.dir, "bd-dha-1", "projects", it.project.id, "packs");
  for (const file of await readdir(packs, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (!file.isFile() || (await lstat(path)).size < 200_000) continue;
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await chmod(path, 0o600);
    await writeFile(path, bytes);
  }
  const { job, row, tasks } = await drill(it);
  assert.deepEqual([job.state, row.state], ["SUCCEEDED_WITH_WARNINGS", "FAILED"]);
  assert.equal(row.status_reason, "RepositoryDamaged");
  assert.ok(codes(row.findings).includes("RESTORE_INCOMPLETE"), JSON.stringify(row.findings));
  assert.match(JSON.stringify(row.findings), new RegExp(join(source, "a.bin").replaceAll("/", "\\/")));
  assert.equal(tasks.length, row.findings.length);
  assert.equal(row.rto_seconds, null);
});

test("a certificate about to run out is a task, and no failed drill", async (t) => {
  const { it, source } = await world(t);
  await it.run();
  const [key, crt] = [join(source, "mail.key"), join(source, "mail.crt")];
  const make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=mail.acme.example", "-days", "5"];
  execFileSync("openssl", [...make, "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", crt], {
    stdio: "ignore",
  });
  await it.backUp("web-1");
  const { row, tasks } = await drill(it);
  assert.deepEqual([row.state, codes(row.findings)], ["PASSED", ["ATTENTION"]]);
  assert.match(row.findings[0]?.message ?? "", /mail\.crt \(CN=mail\.acme\.example\) runs out on .*, in [45] days/);
  assert.deepEqual([tasks.length, tasks[0]?.owner], [1, "ops@acme"]);
});

test("a file that got other permissions at the target, and one with other content, are found", async (t) => {
  const { it } = await world(t);
  let dir = "";
  // Somebody meddles with the target between restore and validation.
  const hit = (point: string) => {
    if (point !== "drill.restored.after") return;
    const [id = ""] = readdirSync(join(it.restore_dir, "drills"));
    dir = join(it.restore_dir, "drills", id);
    const { mtime } = statSync(join(dir, "a.bin"));
    chmodSync(join(dir, "deep", "b.txt"), 0o666);
    writeFileSync(join(dir, "a.bin"), it.random.bytes(300_000));
    utimesSync(join(dir, "a.bin"), mtime, mtime);
  };
  await it.run({ failpoints: { hit } });
  await it.backUp("web-1");
  const { row } = await drill(it);
  assert.equal(row.state, "FAILED");
  const problems = row.validations.filter(({ passed }) => !passed).flatMap((each) => each.problems);
  assert.deepEqual(problems, [
    `${dir}/deep/b.txt has mode 0666, and had 0640`,
    `${dir}/a.bin has other content than it had`,
  ]);
});

test("a network rule that was changed is found: what must be reachable and is not, and what must not be and is", async (t) => {
  const { it } = await world(t);
  await it.run();
  await it.backUp("web-1");
  const relay = createServer((socket) => socket.end());
  const production = createServer((socket) => socket.end());
  for (const server of [relay, production]) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
  }
  const at = (server: Server) => ({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  const connections = [
    { ...at(relay), name: "mail relay", expect: "open" as const },
    { ...at(production), name: "production", expect: "closed" as const },
  ];
  production.close();
  const wanted = { workload: "web-1", sandbox: "drills", owner: "ops@acme", connections };
  const result = async () => {
    const asked = await requestDrill(it.db, wanted, it);
    await it.ended(asked.job_id);
    return it.db.selectFrom("drills").selectAll().where("id", "=", asked.drill_id).executeTakeFirstOrThrow();
  };
  const well = await result();
  assert.equal(well.state, "PASSED", JSON.stringify(well.findings));
  assert.equal(well.validations.at(-1)?.detail, "1 must be reachable, 1 must not");

  // The relay's rule is gone, and somebody let the sandbox through to production.
  const [, { port }] = connections as [unknown, { port: number }];
  relay.close();
  production.listen(port, "127.0.0.1");
  await once(production, "listening");
  const found = await result();
  assert.equal(found.state, "FAILED");
  const { problems = [] } = found.validations.at(-1) ?? {};
  assert.match(problems[0] ?? "", /^mail relay \(127\.0\.0\.1:\d+\) must be reachable, and is not: ECONNREFUSED$/);
  assert.match(problems[1] ?? "", /^production \(.*\) must not be reachable, and is$/);
  assert.deepEqual(codes(found.findings), ["VALIDATION_FAILED"]);
});

test("a route that is prohibited between sandbox and service is found, in a network of its own", {
  skip:
    existsSync("/usr/bin/unshare") && existsSync("/usr/sbin/ip") && process.geteuid?.() === 0
      ? false
      : "needs root, unshare and ip",
}, async () => {
  const program = `
    import { createServer } from "node:net";
    import { execFileSync } from "node:child_process";
    import { checkConnections } from ${JSON.stringify(new URL("./connections.ts", import.meta.url).href)};
    const server = createServer((socket) => socket.end()).listen(7000, "10.77.0.1");
    await new Promise((done) => server.on("listening", done));
    const look = () => checkConnections([{ host: "10.77.0.1", port: 7000, expect: "open" }], new AbortController().signal);
    const before = await look();
    execFileSync("ip", ["rule", "add", "priority", "0", "to", "10.77.0.1", "prohibit"]);
    execFileSync("ip", ["rule", "del", "lookup", "local"]);
    execFileSync("ip", ["rule", "add", "priority", "100", "lookup", "local"]);
    const after = await look();
    console.log(JSON.stringify([before, after]));
    process.exit(0);`;
  const script = `ip link set lo up; ip addr add 10.77.0.1/32 dev lo; exec "$0" --input-type=module -e "$1"`;
  const out = execFileSync("unshare", ["-n", "sh", "-ec", script, process.execPath, program]).toString();
  const [before, after] = JSON.parse(out) as Awaited<ReturnType<typeof checkConnections>>[];
  assert.equal(before?.passed, true, out);
  assert.match(after?.problems[0] ?? "", /10\.77\.0\.1:7000 must be reachable, and is not: E(ACCES|HOSTUNREACH)/, out);
});

test("a drill whose worker is lost after asking for the restore goes on with that restore", async (t) => {
  const { it } = await world(t);
  let lost = 0;
  const hit = (point: string) => {
    if (point === "drill.restore.done" && lost++ === 0) throw drillLost();
  };
  await it.run({ failpoints: { hit } });
  await it.backUp("web-1");
  const asked = await requestDrill(it.db, { workload: "web-1", sandbox: "drills", owner: "ops" }, it);
  const again = setInterval(() => {
    void it.db
      .updateTable("jobs")
      .set({ run_after: new Date() })
      .where("id", "=", asked.job_id)
      .where("finished_at", "is", null)
      .where("lease_owner", "is", null)
      .execute();
  }, 200);
  t.after(() => clearInterval(again));
  const job = await it.ended(asked.job_id);
  clearInterval(again);
  assert.deepEqual([job.state, lost], ["SUCCEEDED", 2], JSON.stringify(job.error));
  const restores = await it.db.selectFrom("restores").select("id").execute();
  assert.equal(restores.length, 1);
});

const drillLost = () =>
  new HoldfastError("LOST", { fault: "operational", retry: "soon", guidance: "" }, "the worker is gone");

test("a key that may not be used is what the drill finds", async (t) => {
  const folder = await createKeyFolder(t);
  const store = await folder.open();
  t.after(() => store.close().catch(() => undefined));
  const keys = inProcess(store);
  const { it } = await world(t, { keys });
  await it.run();
  await it.backUp("web-1");
  const key = (await it.key_admin.listKeys()).find(({ alias }) => alias === it.project.id);
  await it.key_admin.disableKey(key?.key_id ?? "");
  const { row } = await drill(it);
  assert.deepEqual([row.state, row.status_reason], ["FAILED", "EncryptionKeyAccessDenied"]);
  assert.deepEqual(codes(row.findings), ["KEY_DISABLED"]);
});

test("a volume is drilled as files; a kind nobody knows is refused; what dead drills left is taken away", async (t) => {
  const { it } = await world(t);
  await it.run();
  const image = join(it.dir, "disk.img");
  await writeFile(image, it.random.bytes(100_000));
  const source = { kind: "volume", path: image } as const;
  await createWorkload(it.db, { name: "disk", project: "acme", type: "volume", source, tags: {} }, it);
  const backup = await it.ended((await requestBackup(it.db, { workload: "disk" }, it)).job_id);
  assert.equal(backup.state, "SUCCEEDED_WITH_WARNINGS");
  const asked = await requestDrill(it.db, { workload: "disk", sandbox: "drills", owner: "ops" }, it);
  await it.ended(asked.job_id);
  const row = await it.db.selectFrom("drills").selectAll().where("id", "=", asked.drill_id).executeTakeFirstOrThrow();
  assert.deepEqual([row.state, row.findings], ["PASSED", []], JSON.stringify(row.validations));
  assert.match(JSON.stringify(row.validations), /100000 bytes read twice/);
  assert.throws(() => drillKind("tape", "backup bkp_1"), { code: "DRILL_KIND_UNSUPPORTED" });

  const drills = join(it.restore_dir, "drills");
  await mkdir(join(drills, "drl_0dead"), { recursive: true });
  await mkdir(join(drills, "drl_0dead.tablespaces"));
  await mkdir(join(drills, "somebody's own"));
  assert.equal(await removeLeftovers(it.db, it), 1);
  assert.deepEqual(await readdir(drills), ["somebody's own"]);
});
