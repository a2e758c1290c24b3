/** `archive_command` and `restore_command` as PostgreSQL runs them, with the command line's own process. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { cli } from "../../src/apps/cli/testing.ts";
import { createToken } from "../../src/control/access/index.ts";
import { createWorkload } from "../../src/control/inventory/index.ts";
import { Cluster, needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { installation, serveInstallation } from "../../src/testing/index.ts";

const databases = testDatabases();
const main = new URL("../../src/apps/cli/main.ts", import.meta.url).pathname;

test("a server archives with `baas wal push` and recovers with `baas wal fetch`; what differs is refused", {
  skip: needsPostgres,
}, async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const { socket_path, env } = await serveInstallation(t, it);
  const folder = mkdtempSync(join(tmpdir(), "hf-push-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const path of [folder, it.dir]) chmodSync(path, 0o755);
  chmodSync(socket_path, 0o777);
  // No more than this is in the hands of the database's host.
  const { secret } = await createToken(it.db, { name: "orders", scopes: ["wal:push", "wal:fetch"] }, it);
  const narrow = { BAAS_SERVER: socket_path, BAAS_TOKEN: secret };
  const script = join(folder, "baas");
  const settings = Object.entries(narrow).map(([name, value]) => `export ${name}='${value}'`);
  writeFileSync(script, `#!/bin/sh\n${settings.join("\n")}\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(script, 0o755);
  await using cluster = await Cluster.start([
    "archive_mode = on",
    `archive_command = '${script} wal push %p --workload orders'`,
  ]);
  const pg = { kind: "postgresql" as const, host: cluster.folder, user: "postgres", tls: { mode: "disable" as const } };
  const source = { ...pg, wal: { enabled: false } };
  await createWorkload(it.db, { name: "orders", project: "acme", type: "database", source }, it);
  await cluster.sql("CREATE TABLE ledger (id int PRIMARY KEY)");
  const backup = await cli(["backup", "run", "orders", "--json"], { env });
  assert.equal(backup.code, 0, backup.stderr);
  const backup_id = /bkp_[a-z0-9]+/.exec(backup.stdout)?.[0] ?? "";

  const archived = async (id: number): Promise<{ name: string; copy: string }> => {
    await cluster.sql(`INSERT INTO ledger VALUES (${id})`);
    const [row] = await cluster.sql("SELECT pg_walfile_name(pg_current_wal_lsn()) AS name");
    const name = String(row?.["name"]);
    await cluster.sql("SELECT pg_switch_wal()");
    for (let i = 0; ; i++) {
      const [at] = await cluster.sql("SELECT last_archived_wal AS name, failed_count AS failed FROM pg_stat_archiver");
      if (String(at?.["name"] ?? "") >= name) break; // null until the first one
      assert.ok(i < 600, `not archived: ${JSON.stringify(at)}`);
      await it.clock.sleep(100);
    }
    const copy = join(folder, name);
    execFileSync("cp", [join(cluster.data, "pg_wal", name), copy]);
    return { name, copy };
  };
  await archived(1);
  const { name, copy } = await archived(2);

  const again = await cli(["wal", "push", copy, "--workload", "orders"], { env: narrow });
  assert.match(again.stdout, /: held/);
  const other = readFileSync(copy);
  other[9000] = (other[9000] as number) ^ 1;
  writeFileSync(join(folder, "x"), other);
  execFileSync("mkdir", [join(folder, "other")]);
  execFileSync("mv", [join(folder, "x"), join(folder, "other", name)]);
  const refused = await cli(["wal", "push", join(folder, "other", name), "--workload", "orders"], { env: narrow });
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /differs from what is held/);
  const short = await cli(["wal", "push", script, "--workload", "orders"], { env: narrow });
  assert.notEqual(short.code, 0);
  const away = { ...narrow, BAAS_SERVER: join(folder, "nobody.sock") };
  const unreachable = await cli(["wal", "push", copy, "--workload", "orders"], { env: away });
  assert.notEqual(unreachable.code, 0);
  assert.match(unreachable.stderr, /no server answers/);

  const back = join(folder, "fetched");
  assert.equal((await cli(["wal", "fetch", name, back, "--workload", "orders"], { env: narrow })).code, 0);
  assert.ok(readFileSync(back).equals(readFileSync(copy)));
  const next = "0000000100000000000000FF";
  assert.equal((await cli(["wal", "fetch", next, back, "--workload", "orders"], { env: narrow })).code, 1);
  const broken = await cli(["wal", "fetch", name, back, "--workload", "orders"], { env: away });
  assert.ok(broken.code > 125, "a server that is away is not the end of the log");
  assert.notEqual((await cli(["wal", "status"], { env: narrow })).code, 0, "the token may do nothing else");
  assert.match((await cli(["backup", "show", backup_id], { env })).stdout, /restorable/i);

  // PostgreSQL itself recovers the backup with what it fetches.
  const laid = join(folder, "laid");
  const restored = await cli(["restore", backup_id, "--target", laid, "--option", "start=false", "--immediate"], {
    env,
  });
  assert.equal(restored.code, 0, restored.stderr);
  const data = Cluster.folderFor();
  execFileSync("rmdir", [data.folder]);
  execFileSync("mv", [laid, data.folder]);
  const auto = join(data.folder, "holdfast.conf");
  const text = readFileSync(auto, "utf8")
    .replace("restore_command = 'false'", `restore_command = '${script} wal fetch %f %p --workload orders'`)
    .replace("recovery_target = 'immediate'", "")
    .replaceAll(laid, data.folder);
  writeFileSync(auto, text);
  execFileSync("chown", ["-R", "postgres:postgres", data.folder]);
  execFileSync("chmod", ["700", data.folder]);
  const start = ["-D", data.folder, "-W", "-s", "-l", `${data.folder}/log`, "-o", `-c config_file=${auto}`, "start"];
  execFileSync("runuser", ["-u", "postgres", "--", join(data.bin, "pg_ctl"), ...start], { cwd: "/" });
  await using copied = Cluster.at(data.folder);
  for (let i = 0; ; i++) {
    const rows = await copied.sql("SELECT id FROM ledger ORDER BY id").catch(() => null);
    const open = await copied.sql("SELECT pg_is_in_recovery()::text AS r").catch(() => []);
    if (rows !== null && open[0]?.["r"] === "false") {
      assert.deepEqual(rows, [{ id: 1 }, { id: 2 }]);
      break;
    }
    assert.ok(i < 600, readFileSync(`${data.folder}/log`, "utf8").slice(-2000));
    await it.clock.sleep(100);
  }
});
