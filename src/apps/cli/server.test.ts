import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { cli } from "./testing.ts";

const dir = mkdtempSync(join(tmpdir(), "holdfast-up-"));
chmodSync(dir, 0o711); // PostgreSQL's own user passes through
const data = join(dir, "data");
const source = join(dir, "source");
const env = { BAAS_DATA_DIR: data };
const baas = (...argv: string[]) => cli(argv, { env, cwd: dir });
let server: ChildProcess;
let ready: { url: string; admin_token: string | null };

/** One step of the story, as JSON; the test fails when the command does. */
async function json(...argv: string[]) {
  const run = await baas(...argv, "--json");
  assert.equal(run.code, 0, `${argv.join(" ")}: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

async function up(): Promise<void> {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const words = [main, "up", "--data", data, "--listen", "127.0.0.1:0", "--json"];
  server = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  ready = await new Promise((resolve, reject) => {
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
    server.stdout?.on("data", (piece: Buffer) => {
      text += piece;
      if (text.endsWith("}\n")) resolve(JSON.parse(text));
    });
  });
}

function down(): Promise<number | null> {
  return new Promise((resolve) => {
    server.on("exit", resolve);
    server.kill("SIGTERM");
  });
}

before(async () => {
  mkdirSync(join(source, "sub"), { recursive: true });
  writeFileSync(join(source, "a.txt"), "alpha");
  writeFileSync(join(source, "sub", "b.txt"), "beta");
  assert.equal((await baas("region", "list")).code, 6, "nothing runs yet");
  await up();
});
after(async () => {
  if (server.exitCode === null) await down();
  rmSync(dir, { recursive: true, force: true });
});

test("tag it, and it is backed up, verified and restored", async () => {
  assert.match(ready.admin_token ?? "", /^baas_/);
  assert.equal(statSync(join(data, "admin.token")).mode & 0o777, 0o600);
  const regions = (await json("region", "list")).items;
  assert.ok(regions.length >= 1);
  await json("project", "add", "acme", "--region", regions[0].name);
  await json(
    "workload",
    "add",
    "web",
    "--project",
    "acme",
    "--path",
    "source",
    "--tag",
    "backup-policy=standard-daily",
  );
  assert.equal((await json("workload", "tag", "web", "env=prod")).tags.env, "prod");

  const backup = await json("backup", "run", "--workload", "web");
  assert.equal(backup.state, "AVAILABLE");
  assert.equal(backup.policy_name, "standard-daily");
  assert.deepEqual(
    (await json("list", "--policy", "standard-daily")).items.map((it: { id: string }) => it.id),
    [backup.id],
  );
  assert.deepEqual((await json("list", "--policy", "standard-daily", "--older-than", "7y")).items, []);
  assert.equal((await json("verify", "--backup-id", backup.id)).verdict, "VALID");

  const restore = ["restore", "--backup-id", backup.id];
  const target = join(dir, "restored");
  await json(...restore, "--target", target);
  execFileSync("diff", ["-r", "--no-dereference", source, target]);
  await json(...restore, "--target-project", "acme", "--new-name", "restore-test-2026-05-11");

  writeFileSync(join(source, "a.txt"), "ruined");
  const refused = await baas(...restore, "--in-place");
  assert.equal(refused.code, 5, refused.stderr);
  assert.match(refused.stderr, /would be overwritten[\s\S]*a\.txt[\s\S]*CLI_CONFIRMATION_REQUIRED/);
  assert.equal((await baas(...restore, "--in-place", "--confirm", "wbe")).code, 5);
  await json(...restore, "--in-place", "--confirm", "web");
  execFileSync("diff", ["-r", "--no-dereference", source, target]);

  const { workloads } = await json("coverage", "report", "--project", "acme");
  const status = Object.fromEntries(workloads.map((it: { name: string; status: string }) => [it.name, it.status]));
  assert.deepEqual(status, { web: "protected", "restore-test-2026-05-11": "at_risk" });
  const jobs = (await json("job", "list", "--workload", "web")).items;
  assert.ok(
    jobs.every(({ state }: { state: string }) => state === "SUCCEEDED"),
    JSON.stringify(jobs),
  );
  assert.equal((await json("job", "watch", jobs[0].id)).state, "SUCCEEDED");
  assert.equal((await json("catalog", "rebuild")).state, "SUCCEEDED");
});

test("policies: create from a file with errors by line, set, attach, reattach, preview", async () => {
  const file = join(dir, "nightly.yaml");
  const yaml = 'name: nightly\nschedule:\n  daily: "02:00 Asia/Dhaka"\nretention:\n  daily: 7\n';
  writeFileSync(file, yaml.replace("02:00", "26:00"));
  const wrong = await baas("policy", "create", "-f", file);
  assert.equal(wrong.code, 2, wrong.stderr);
  assert.match(wrong.stderr, /line 3/);
  writeFileSync(file, yaml);
  assert.equal((await json("policy", "create", "-f", file)).name, "nightly");
  assert.equal((await json("policy", "set", "--policy", "nightly", "--immutable", "true")).version, 2);
  await json("policy", "attach", "--policy", "nightly", "--target-type", "host", "--target-tag", "env=prod,tier=1");
  assert.deepEqual((await json("policy", "reattach", "--policy", "nightly")).added, []);
  assert.equal((await json("policy", "preview", "--policy", "nightly", "--runs", "3")).runs.length, 3);
  assert.match((await baas("policy", "list")).stdout, /nightly +2/);
  assert.match((await baas("policy", "show", "nightly")).stdout, /daily: 02:00 Asia\/Dhaka/);
});

test("exit codes: 4 not found, 5 refused, 2 usage, 6 unreachable", async () => {
  assert.equal((await baas("backup", "show", "--backup-id", "bkp_nope")).code, 4);
  assert.equal((await baas("list", "--policy", "no-such-policy")).code, 4);
  assert.equal((await baas("project", "list", "--token", "baas_wrong")).code, 5);
  assert.equal((await baas("restore", "--backup-id", "bkp_x")).code, 2);
  assert.equal((await baas("project", "list", "--server", "http://127.0.0.1:1", "--token", "x")).code, 6);
  assert.equal((await baas("project", "list", "--server", ready.url)).code, 0);
});

test("SIGTERM stops the server in good order; a second start shows no token and knows everything", async () => {
  assert.equal(await down(), 0);
  assert.equal((await baas("project", "list")).code, 6);
  rmSync(join(data, "admin.token"));
  await up();
  assert.equal(ready.admin_token, null);
  assert.ok((await json("project", "list")).items.some(({ name }: { name: string }) => name === "acme"));
});
