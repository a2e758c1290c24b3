import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { HoldfastError } from "../../base/index.ts";
import { loadConfig } from "./config.ts";

function dataFolder(t: { after(work: () => void): void }, yaml?: string): string {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-config-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  if (yaml !== undefined) writeFileSync(join(dir, "holdfast.yaml"), yaml);
  return dir;
}

test("flags win over the environment, that over the file, that over defaults", (t) => {
  const dir = dataFolder(t, "listen:\n  host: 0.0.0.0\n  port: 1111\nlog: { level: debug }\n");
  const config = loadConfig({
    env: { BAAS_DATA_DIR: dir, BAAS_LISTEN_PORT: "2222", DATABASE_URL: "postgres://db/holdfast" },
    flags: { "listen.port": 3333 },
  });
  assert.deepEqual(config.listen, { host: "0.0.0.0", port: 3333 });
  assert.equal(config.log.level, "debug");
  assert.equal(config.log.format, "json");
  assert.equal(config.database_url, "postgres://db/holdfast");
});

test("an error names every wrong key and where it was set", (t) => {
  const dir = dataFolder(t, "listen:\n  prot: 1\njobs:\n  concurrency: many\n");
  assert.throws(
    () => loadConfig({ env: { BAAS_DATA_DIR: dir, BAAS_LOG_LEVEL: "loud" } }),
    (error) => {
      assert.ok(error instanceof HoldfastError);
      assert.match(error.message, /listen\.prot \(.*holdfast\.yaml:2\): there is no such setting/);
      assert.match(error.message, /jobs\.concurrency \(.*holdfast\.yaml:4\)/);
      assert.match(error.message, /log\.level \(environment variable BAAS_LOG_LEVEL\)/);
      return true;
    },
  );
});

test("a password in a wrong database URL is not repeated", (t) => {
  const dir = dataFolder(t);
  assert.throws(
    () => loadConfig({ env: { BAAS_DATA_DIR: dir, DATABASE_URL: "mysql://u:hunter2@h/db" } }),
    (error) =>
      error instanceof HoldfastError && /DATABASE_URL/.test(error.message) && !error.message.includes("hunter2"),
  );
});
