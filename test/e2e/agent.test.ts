/** A host that backs itself up, from enrolment to revocation; and what its credentials are good for in other hands. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { openApi, readIdentity } from "../../src/apps/agent/index.ts";
import { cli } from "../../src/apps/cli/testing.ts";
import { hasCode, systemClock as clock, systemRandom as random } from "../../src/base/index.ts";
import { type ObjectStore, openConnection, openStore } from "../../src/engine/store/index.ts";
import { assertSameTree, Installation } from "./installation.ts";

const BAAS = fileURLToPath(new URL("../../src/apps/cli/main.ts", import.meta.url));

test("a host enrols, backs up by tag, restores, and is revoked; its credentials do no harm", {
  timeout: 120_000,
}, async (t) => {
  const it = new Installation(t, "agent");
  await it.start({ BAAS_AGENTS_PORT: "0", BAAS_AGENTS_HOST: "127.0.0.1" });
  const server = (JSON.parse(it.output) as { agents_url: string }).agents_url;
  const [dir, config, source] = [it.path("agent"), it.path("agent-config"), it.path("host")];
  for (const each of [source, join(source, "etc"), config, join(config, "hooks.d")]) mkdirSync(each);
  writeFileSync(join(source, "etc", "hosts"), "127.0.0.1 localhost\n");
  writeFileSync(join(source, "large"), random.bytes(3_000_000));
  writeFileSync(join(config, "hooks.d", "quiesce"), `#!/bin/sh\necho "$HOLDFAST_BACKUP_ID" >> ${it.path("hooked")}\n`);
  chmodSync(join(config, "hooks.d", "quiesce"), 0o755);
  const env = { BAAS_AGENT_DIR: dir, BAAS_AGENT_CONFIG: config };

  const { token } = (await it.ok("agent", "token", "create", "web-1")) as unknown as { token: string };
  const wrong = await onHost(env, "enroll", "--server", server, "--token", `${token.slice(0, -4)}0000`);
  assert.match(wrong.stderr, /AGENT_SERVER_STRANGE/, "another authority is recognised before the token is said");
  const enrolled = await onHost(env, "enroll", "--server", server, "--token", token);
  assert.equal(enrolled.code, 0, enrolled.stderr);
  const again = await onHost(env, "enroll", "--server", server, "--token", token, "--replace");
  assert.match(again.stderr, /AGENT_TOKEN_INVALID/, "a token enrols once");
  const agent = startAgent(t, env);

  await it.ok(
    "workload",
    "add",
    "site",
    "--project",
    "web-1",
    "--agent",
    "web-1",
    "--path",
    source,
    "--hook-before",
    "quiesce",
    "--tag",
    "backup-policy=standard-daily",
  );
  const refused = await it.baas("workload", "add", "other", "--project", "web-1", "--path", source);
  assert.equal(refused.json.code, "PROJECT_OF_AGENT");
  const first = await it.ok("backup", "run", "--workload", "site");
  assert.equal((await it.backup(first.id)).policy_name, "standard-daily", "its tag chose the policy");
  assert.equal(readFileSync(it.path("hooked"), "utf8").trim(), first.id);
  writeFileSync(join(source, "etc", "motd"), "hello\n");
  const second = await it.ok("backup", "run", "--workload", "site");
  assert.ok(((await it.backup(second.id)).stored_bytes ?? 0) < 100_000, "the second one carries what changed");

  await it.ok("restore", "--backup-id", second.id, "--agent", "web-1", "--target", it.path("pushed"));
  assertSameTree(source, it.path("pushed"));
  const pulled = await onHost(env, "restore", "--workload", "site", "--target", it.path("pulled"));
  assert.equal(pulled.code, 0, pulled.stderr);
  assertSameTree(source, it.path("pulled"));
  const [shown] = (await it.ok("agent", "list")).items as unknown as { health: string; backlog: number }[];
  assert.deepEqual([shown?.health, shown?.backlog], ["ok", 0]);
  assert.equal((await it.ok("verify", second.id)).verdict, "VALID");

  await t.test("its credentials neither read others' data nor touch its own past", () => attack(it, dir, second.id));

  await it.ok("agent", "revoke", "web-1");
  const [code] = (await once(agent, "exit")) as [number];
  assert.notEqual(code, 0, "the agent ends: it is not wanted any more");
  const after = await onHost(env, "backups");
  assert.match(after.stderr, /AGENT_REVOKED/);
  assert.equal((await it.ok("verify", second.id)).verdict, "VALID", "its backups stay");
  await it.stop();
});

/** Everything somebody can try who has the host's key, certificate and repository keys. */
async function attack(it: Installation, dir: string, backup_id: string): Promise<void> {
  await it.ok("project", "add", "elsewhere", "--region", "bd-dha-1");
  await it.ok("workload", "add", "other", "--project", "elsewhere", "--path", join(it.dir, "host", "etc"));
  await it.ok("backup", "run", "--workload", "other");
  const identity = await readIdentity(dir);
  const detail = (await it.backup(backup_id)) as unknown as { region_id: string };
  const gateway = { kind: "gateway", url: identity.server, identity_dir: dir, protocol: 1 } as const;
  const open = (place: string) => openStore({ ...gateway, place }, { clock, random });
  const store = await open(detail.region_id);
  const keys = await keysOf(store);
  const packs = keys.filter((key) => key.startsWith("packs/"));
  assert.ok(packs.length >= 2 && keys.includes(`manifests/${backup_id}`));
  const forbidden = (what: string, done: Promise<unknown>) =>
    assert.rejects(done, (error) => hasCode(error, "AGENT_REFUSED"), what);
  for (const key of keys) {
    await forbidden(`delete ${key}`, store.delete(key));
    await forbidden(`overwrite ${key}`, store.put(key, Buffer.from("gone")));
    await forbidden(`lock ${key}`, store.lock(key, { mode: "GOVERNANCE", retain_until_ms: clock.now_ms() + 1e9 }));
  }
  for (const key of ["index/00", "sweeps/00000001", "forgotten/x", `commits/wrt_x`, "manifests/bkp_x", "config2"]) {
    await forbidden(`add ${key}`, store.put(key, Buffer.from("new"), { if_absent: true }));
  }
  const readable = await Promise.allSettled(packs.map((key) => store.get(key)));
  assert.ok(
    readable.some(({ status }) => status === "rejected"),
    "contents are not read without a restore",
  );

  const others = (await it.ok("project", "list")).items.find(({ name }) => name === "elsewhere")?.id ?? "";
  for (const place of [others, `../${others}`, "..%2F.."]) {
    const other = await open(place);
    await assert.rejects(keysOf(other), `nothing is to be seen at ${place}`);
    await other.close();
  }
  const api = await openApi(dir, identity);
  const { items } = (await it.ok("key", "list")) as unknown as { items: { key_id: string; project: string }[] };
  const key_id = items.find(({ project }) => project === "elsewhere")?.key_id ?? "";
  const wrapped = { manager: "local", key_id, key_version: 1, ciphertext: Buffer.alloc(64) };
  await forbidden("a foreign key", api.keys(detail.region_id, "local").unwrap(wrapped, { repository_id: "x" }));
  const [foreign] = (await it.backups()).filter(({ id }) => id !== backup_id && id !== "");
  const theirs = (await it.backups()).find(({ workload_name }) => workload_name === "other");
  assert.ok(foreign !== undefined && theirs !== undefined);
  await forbidden("a foreign backup", api.pull({ backup_id: theirs.id, target_path: "/tmp/x", paths: [] }));
  api.close();
  const newer = await openConnection({ ...gateway, protocol: 99 });
  await assert.rejects(newer.call("GET", "/agent/backups"), (error) => hasCode(error, "AGENT_PROTOCOL_NEW"));
  newer.close();
  const older = await openConnection({ ...gateway, protocol: 0 });
  await assert.rejects(older.call("GET", "/agent/backups"), (error) => hasCode(error, "AGENT_PROTOCOL_OLD"));
  older.close();
  assert.deepEqual(await keysOf(store), keys, "nothing has changed");
  await store.close();
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys;
}

function onHost(env: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  return cli(["agent", ...argv, "--json"], { env });
}

function startAgent(
  t: { after(work: () => Promise<void>): void },
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const child = spawn(process.execPath, [BAAS, "agent", "run"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  return child;
}
