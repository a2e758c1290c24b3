/** A host that does not reach its server keeps to its policy, and hands over what it made. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { cli } from "../../src/apps/cli/testing.ts";
import { systemRandom as random } from "../../src/base/index.ts";
import { assertSameTree, Installation } from "../e2e/installation.ts";

const BAAS = fileURLToPath(new URL("../../src/apps/cli/main.ts", import.meta.url));

interface State {
  orders: { every_seconds: number }[];
  runs: { backup_id: string }[];
  keys: object;
}

test("backups made without the server are handed over, and restore", { timeout: 120_000 }, async (t) => {
  const it = new Installation(t, "alone");
  const [dir, config, source] = [it.path("agent"), it.path("agent-config"), it.path("host")];
  const listening = { BAAS_AGENTS_PORT: String(await freePort()), BAAS_AGENTS_HOST: "127.0.0.1" };
  await it.start(listening);
  for (const each of [config, source]) mkdirSync(each);
  writeFileSync(join(config, "agent.yaml"), "alone_after_seconds: 1\n");
  writeFileSync(join(source, "data"), random.bytes(1_000_000));
  const { token } = (await it.ok("agent", "token", "create", "far")) as unknown as { token: string };
  const server = `https://127.0.0.1:${listening.BAAS_AGENTS_PORT}`;
  const enrolled = await cli(["agent", "enroll", "--server", server, "--token", token, "--dir", dir]);
  assert.equal(enrolled.code, 0, enrolled.stderr);
  const start = () => {
    const child = spawn(process.execPath, [BAAS, "agent", "run", "--dir", dir], {
      env: { ...process.env, BAAS_AGENT_CONFIG: config },
      stdio: ["ignore", "ignore", "inherit"],
    });
    t.after(() => void child.kill("SIGKILL"));
    return child;
  };
  const state = (): State => JSON.parse(readFileSync(join(dir, "spool", "state.json"), "utf8")) as State;

  let agent = start();
  const tag = ["--tag", "backup-policy=standard-daily"];
  await it.ok("workload", "add", "site", "--project", "far", "--agent", "far", "--path", source, ...tag);
  await it.ok("backup", "run", "--workload", "site");
  // What is asked of it anew is answered with the next orders, of which a fresh agent asks at once.
  agent.kill("SIGTERM");
  await once(agent, "exit");
  agent = start();
  await it.until("it is ready to go on alone", async () => {
    const { orders, keys } = state();
    return orders.length === 1 && Object.keys(keys).length >= 2;
  });
  agent.kill("SIGTERM");
  await once(agent, "exit");
  await it.stop();

  // A day goes by.
  const known = state();
  writeFileSync(
    join(dir, "spool", "state.json"),
    JSON.stringify({ ...known, orders: known.orders.map((order) => ({ ...order, every_seconds: 1 })) }),
  );
  writeFileSync(join(source, "written meanwhile"), "while nobody looked\n");
  agent = start();
  await it.until("it has made a backup on its own", async () => state().runs.length > 0);
  const [run] = state().runs;
  await it.start(listening);
  await it.until("the server has taken it over", async () => state().runs.length === 0);
  const backup = await it.backup(run?.backup_id ?? "");
  assert.equal(backup.state, "AVAILABLE");
  assert.equal(backup.policy_name, "standard-daily");
  await it.ok("restore", "--backup-id", backup.id, "--target", it.path("restored"));
  assertSameTree(source, it.path("restored"));
  assert.equal((await it.ok("verify", backup.id)).verdict, "VALID");
  agent.kill("SIGTERM");
  await once(agent, "exit");
  await it.stop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
