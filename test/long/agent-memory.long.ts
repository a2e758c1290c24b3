/**
 * A host with a million files: what its agent takes of its memory, for the first backup, the next and a restore of a
 * part. HOLDFAST_FILES=N for fewer.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { cli } from "../../src/apps/cli/testing.ts";
import { treeMemory } from "../bench/measure.ts";
import { assertSameTree, Installation } from "../e2e/installation.ts";

const BAAS = fileURLToPath(new URL("../../src/apps/cli/main.ts", import.meta.url));
const FILES = Number(process.env["HOLDFAST_FILES"] ?? 1_000_000);
const IN_A_FOLDER = 250;
const SAMPLE_MS = 50;
const PEAK_BYTES_MAX = 250 * 1024 * 1024;

test(`${FILES} files of a host within 250 MiB of its memory`, { timeout: 45 * 60_000 }, async (t) => {
  const it = new Installation(t, "memory");
  const [dir, config, source] = [it.path("agent"), it.path("agent-config"), it.path("host")];
  for (const each of [config, source]) mkdirSync(each);
  fill(source);
  await it.start({ BAAS_AGENTS_PORT: "0", BAAS_AGENTS_HOST: "127.0.0.1" });
  const { agents_url: server } = JSON.parse(it.output) as { agents_url: string };
  const { token } = (await it.ok("agent", "token", "create", "web-1")) as unknown as { token: string };
  const enrolled = await cli(["agent", "enroll", "--server", server, "--token", token, "--dir", dir]);
  assert.equal(enrolled.code, 0, enrolled.stderr);
  const agent = spawn(process.execPath, [BAAS, "agent", "run", "--dir", dir], {
    env: { ...process.env, BAAS_AGENT_CONFIG: config },
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peak_bytes = 0;
  const sampler = setInterval(() => (peak_bytes = Math.max(peak_bytes, treeMemory(agent.pid ?? 0))), SAMPLE_MS);
  t.after(() => {
    clearInterval(sampler);
    agent.kill("SIGKILL");
  });
  const measured = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    peak_bytes = 0;
    const from_ms = performance.now();
    const result = await work();
    const [seconds, mib] = [(performance.now() - from_ms) / 1000, peak_bytes / 1024 / 1024];
    t.diagnostic(`${what}: ${seconds.toFixed(1)} s, at most ${mib.toFixed(0)} MiB`);
    assert.ok(peak_bytes > 0 && peak_bytes <= PEAK_BYTES_MAX, `${what} took ${mib.toFixed(0)} MiB`);
    return result;
  };
  const tag = ["--tag", "backup-policy=standard-daily"];
  await it.ok("workload", "add", "site", "--project", "web-1", "--agent", "web-1", "--path", source, ...tag);
  const backUp = () => it.ok("backup", "run", "--workload", "site");
  await measured("the first backup", backUp);
  writeFileSync(join(source, "0", "0"), "changed");
  const { id } = await measured("the next, one file changed", backUp);
  const part = join(source, "1");
  await measured("a restore of one folder", () =>
    it.ok("restore", "--backup-id", id, "--agent", "web-1", "--target", it.path("back"), "--path", part),
  );
  assertSameTree(part, join(it.path("back"), part));
  const shown = JSON.stringify(await it.ok("backup", "show", id));
  assert.match(shown, new RegExp(`"files":"?${FILES}\\b`));
  agent.kill("SIGTERM");
  await once(agent, "exit");
  await it.stop();
});

/** Small ones, all different, in folders of as many. */
function fill(source: string): void {
  for (let file = 0; file < FILES; file++) {
    const folder = join(source, String(Math.floor(file / IN_A_FOLDER)));
    if (file % IN_A_FOLDER === 0) mkdirSync(folder);
    writeFileSync(join(folder, String(file % IN_A_FOLDER)), `file ${file}\n`.repeat(1 + (file % 12)));
  }
}
