/** Backups into a bucket, killed at one of their requests: what was acknowledged stays, and the next run completes. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cli } from "../../src/apps/cli/testing.ts";
import { systemRandom } from "../../src/base/index.ts";
import { ACCESS_KEY, SECRET_KEY } from "../../src/engine/store/testing/ceph/cluster.ts";
import { joinGateway } from "../../src/engine/store/testing/ceph/gateway.ts";
import { gatewayMissing } from "../../src/engine/store/testing/ceph/programs.ts";
import { faultProxy } from "../../src/engine/store/testing/fault-proxy.ts";

const BAAS = fileURLToPath(new URL("../../src/apps/cli/main.ts", import.meta.url));
const KILLS = 4;
const WRITES = /^(PUT|POST|DELETE) /;
/** A backup of this test makes about twenty requests that write. */
const WRITES_BEFORE_KILL_MAX = 18;

test("a backup into a bucket killed at any request loses nothing", {
  skip: gatewayMissing() ?? false,
  timeout: 240_000,
}, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const proxy = await faultProxy(t, gateway.endpoint);
  const dir = mkdtempSync(join(tmpdir(), "holdfast-s3-kill-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const credentials = join(dir, "credentials");
  writeFileSync(credentials, `[default]\naws_access_key_id=${ACCESS_KEY}\naws_secret_access_key=${SECRET_KEY}\n`);
  const env = {
    BAAS_REPO_PASSWORD: "correct horse",
    TZ: "UTC",
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_ENDPOINT_URL: proxy.endpoint,
  };
  const repo = ["--repo", `s3://${await gateway.bucket()}/r`];
  const ok = async (...argv: string[]) => {
    const run = await cli(["repo", ...argv, ...repo], { env, cwd: dir });
    assert.equal(run.code, 0, `${argv.join(" ")}: ${run.stderr}`);
    return run.stdout;
  };
  const count = async () => (JSON.parse(await ok("list", "--json")) as { items: unknown[] }).items.length;
  const change = (round: number) => {
    for (let i = 0; i < 3; i++) writeFileSync(join(dir, "source", `${round}-${i}`), systemRandom.bytes(12_000_000));
  };
  mkdirSync(join(dir, "source"));
  change(0);
  await ok("init");
  await ok("backup", "source");

  const told: string[] = [];
  let backups = 1;
  /**
   * A killed writer may have committed to its backup without bringing it about: the next one that lives does, for all.
   */
  let unseen = 0;
  for (let round = 1; round <= KILLS; round++) {
    change(round);
    const before = proxy.requests.length;
    const writes = () => proxy.requests.slice(before).filter((line) => WRITES.test(line)).length;
    const at = 1 + ((systemRandom.bytes(1)[0] as number) % WRITES_BEFORE_KILL_MAX);
    const child = spawn(process.execPath, [BAAS, "repo", "backup", "source", ...repo], {
      cwd: dir,
      env: { ...process.env, ...env },
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    while (writes() < at && child.exitCode === null) await sleep(2);
    child.kill("SIGKILL");
    const [code] = (await ended) as [number | null];
    told.push(`round ${round}: killed at write ${at}, exit ${code}`);
    const now = await count();
    // Its manifest may have been written before the kill; without an exit code of 0 nobody was promised it.
    assert.ok(now >= backups && now <= backups + 1 + unseen, `${now} backups after ${backups}\n${told.join("\n")}`);
    if (code === 0) assert.ok(now >= backups + 1, told.join("\n"));
    unseen += 1 - (now - backups);
    backups = now;
  }
  await ok("backup", "source");
  const made = (await count()) - backups;
  assert.ok(made >= 1 && made <= 1 + unseen, `${made} backups more\n${told.join("\n")}`);
  await ok("check", "--read-data");
  await ok("restore", "latest", "--target", join(dir, "restored"));
  execFileSync("diff", ["-r", join(dir, "source"), join(dir, "restored")]);
  t.diagnostic(told.join("; "));
});
