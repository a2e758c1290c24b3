/** The database is lost: `baas catalog rebuild` brings back everything that users see, but for the history of jobs. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import test from "node:test";
import { assertSameTree, HOME, Installation, PEER } from "./installation.ts";
import { changeTree, makeTree } from "./tree.ts";

const COPIED = `name: copied
schedule: { cron: "0 23 28 12 * UTC" }
retention: { daily: 3, weekly: 2 }
copy: { cross_region: ${PEER} }
target: { object_lock: { mode: GOVERNANCE, days: 1 } }
`;
const LOCAL = `name: local-only
schedule: { cron: "0 22 28 12 * Asia/Dhaka" }
retention: { monthly: 2 }
`;

/** Without what moves with the clock, and what only the history of jobs knows: how much a copy has moved. */
function timeless(report: unknown): unknown {
  const moving = ["generated_at", "age_seconds", "job_id", "copied_bytes", "copied_bytes_24h", "bytes_per_second_24h"];
  return JSON.parse(JSON.stringify(report, (key, value) => (moving.includes(key) ? null : value)));
}

/** Everything a user sees of the catalog, as the command line prints it. */
async function view(it: Installation): Promise<Record<string, unknown>> {
  const policies = (await it.ok("policy", "list")).items;
  const backups = await it.backups();
  const regions = (await it.ok("region", "list")).items;
  const shown: Record<string, unknown> = {
    list: backups,
    policies,
    workloads: (await it.ok("workload", "list")).items,
    projects: (await it.ok("project", "list")).items,
    // A region's storage says who it is, and not since when the database has known it.
    regions: regions.map((region) => ({ ...region, created_at: null })),
    coverage: timeless(await it.ok("coverage", "report")),
    replication: timeless(await it.ok("replication", "status")),
  };
  for (const { name } of policies) shown[`policy ${name}`] = await it.ok("policy", "show", "--policy", name);
  for (const { id } of backups) shown[`backup ${id}`] = timeless(await it.backup(id));
  return shown;
}

test("database dropped, catalog rebuilt: the same lists as before, and every backup restores", {
  timeout: 145_000,
}, async (t) => {
  const it = new Installation(t, "rebuild");
  const [web, db, spare] = ["web", "db", "spare"].map((name, i) => makeTree(it.path(name), 20 + 10 * i)) as [
    string,
    string,
    string,
  ];
  await it.start();
  for (const [name, yaml] of [
    ["copied", COPIED],
    ["local", LOCAL],
  ] as const) {
    writeFileSync(it.path(`${name}.yaml`), yaml);
    await it.ok("policy", "create", "-f", it.path(`${name}.yaml`));
  }
  await it.ok("project", "add", "acme", "--region", PEER);
  await it.ok(
    "workload",
    "add",
    "web-1",
    "--project",
    "default",
    "--path",
    web,
    "--tag",
    "backup-policy=copied,env=prod",
  );
  await it.ok(
    "workload",
    "add",
    "db-1",
    "--project",
    "acme",
    "--type",
    "host",
    "--path",
    db,
    "--tag",
    "env=prod,tier=1",
  );
  await it.ok("workload", "add", "spare-1", "--project", "acme", "--path", spare, "--exclude", "*.tmp");
  await it.ok("policy", "attach", "--policy", "local-only", "--target-type", "host", "--target-tag", "env=prod,tier=1");
  await it.ok("policy", "attach", "--policy", "weekly-light", "--target-name", "spare-*");
  await it.ok("policy", "attach", "--policy", "standard-daily", "--project", "acme");
  const first = await it.ok("backup", "run", "--workload", "web-1");
  changeTree(web, 1);
  // A later version of the policy: each backup keeps what its own version promised.
  writeFileSync(it.path("copied.yaml"), COPIED.replace("daily: 3", "daily: 5"));
  await it.ok("policy", "set", "--policy", "copied", "-f", it.path("copied.yaml"));
  const second = await it.ok("backup", "run", "--workload", "web-1");
  const other = await it.ok("backup", "run", "--workload", "db-1");
  await it.settled();
  await it.ok("verify", "--backup-id", first.id);
  await it.ok("verify", "--backup-id", first.id, "--region", PEER);
  const before = await view(it);
  assert.equal((before["list"] as unknown[]).length, 3);
  await it.stop();

  rmSync(it.path("data", "db"), { recursive: true });
  await it.start();
  assert.deepEqual(await it.backups(), []);
  const job = await it.ok("catalog", "rebuild");
  assert.deepEqual([job.result["backups_added"], job.result["skipped"]], [3, []]);
  const after = await view(it);
  for (const name of Object.keys(before)) assert.deepEqual(after[name], before[name], name);
  assert.deepEqual(Object.keys(after), Object.keys(before));

  // Once more changes nothing, and all of it is of use.
  const again = await it.ok("catalog", "rebuild");
  assert.deepEqual([again.result["backups_added"], again.result["copies_added"]], [0, 0]);
  await it.ok("restore", "--backup-id", second.id, "--target", it.path("out-1"), "--from-region", PEER);
  assertSameTree(web, it.path("out-1"));
  await it.ok("restore", "--backup-id", other.id, "--target", it.path("out-2"));
  assertSameTree(db, it.path("out-2"));
  changeTree(web, 2);
  const next = await it.ok("backup", "run", "--workload", "web-1");
  assert.equal(next.policy_name, "copied");
  await it.settled();
  await it.ok("verify", "--backup-id", next.id, "--region", HOME);
  await it.ok("verify", "--backup-id", next.id, "--region", PEER);
  await it.stop();
});
