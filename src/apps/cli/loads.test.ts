import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const main = join(import.meta.dirname, "main.ts");
/** Each costs a short command a tenth of a second and more, in every thread. */
const HEAVY = ["@aws-sdk/", "@smithy/", "/zod/", "/fastify/", "/pg/", "/kysely/", "/echarts/", "/pdfmake/", "/pino/"];

test("a command on a folder loads nothing that servers and buckets need, in no thread", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "holdfast-loads-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const [list, hooks, repo] = [join(dir, "loaded"), join(dir, "hooks.mjs"), join(dir, "repo")];
  await writeFile(
    hooks,
    `import { appendFileSync } from "node:fs";
     import { registerHooks } from "node:module";
     const load = (url, context, next) => { appendFileSync(${JSON.stringify(list)}, url + "\\n"); return next(url, context); };
     registerHooks({ load });`,
  );
  const baas = (...args: string[]) =>
    run(process.execPath, ["--import", hooks, main, "repo", ...args, "--repo", repo], {
      env: { ...process.env, BAAS_REPO_PASSWORD: "correct horse" },
    });
  await baas("init");
  await baas("backup", import.meta.dirname);
  await baas("restore", "latest", "--target", join(dir, "out"));
  await baas("check", "--read-data");
  const loaded = (await readFile(list, "utf8")).split("\n");
  assert.ok(
    loaded.some((url) => url.endsWith("/engine/backup/worker.ts")),
    "threads are listed, too",
  );
  assert.deepEqual([...new Set(loaded.filter((url) => HEAVY.some((name) => url.includes(name))))], []);
});
