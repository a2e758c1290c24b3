import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { listPieces } from "../../engine/log/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { createWorkload, getWorkload } from "../inventory/index.ts";
import { requestDelete } from "../retention/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { chooseGroup, findSuppressions, getApplication, recordSuppressions, requestAnyRestore } from "./index.ts";
import { checkPowermta } from "./powermta.ts";
import { compact, suppressionLog } from "./suppression/log.ts";

const databases = testDatabases();

test("parts are backed up as one, restored in their order, and what is not healthy is not ready", async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const [a, b] = [join(it.dir, "a"), join(it.dir, "b")];
  for (const dir of [a, b]) {
    mkdirSync(dir);
    writeFileSync(join(dir, "state"), "one");
  }
  await it.workload("second", [b]);
  const health = [{ kind: "file" as const, name: "the state", path: join(a, "state"), contains: "one" }];
  const made = await createWorkload(
    it.db,
    {
      name: "app",
      project: "acme",
      type: "application",
      tags: { env: "test" },
      source: {
        kind: "application",
        parts: [
          { name: "data", order: 1, source: { kind: "files", paths: [a] }, health },
          { name: "more", order: 2, workload: "second" },
        ],
      },
    },
    it,
  );
  const part = await getWorkload(it.db, "app-data");
  assert.deepEqual(part.tags, { env: "test", application: "app" });
  const application = await getApplication(it.db, "app");
  assert.equal(application.source.parts[0]?.workload, part.id);
  const inner = { kind: "application" as const, parts: [{ name: "x", workload: "app" }] };
  await assert.rejects(
    createWorkload(it.db, { name: "outer", project: "acme", type: "application", source: inner }, it),
    { code: "INVENTORY_INVALID" },
  );

  const backup_id = String((await it.backUp("app")).backup_id);
  const base = await chooseGroup(application, undefined, it);
  assert.equal(base.backup_id, backup_id);
  const restore = await requestAnyRestore({ backup_id, new_name: "copy" }, it);
  const job = await it.ended(restore.job_id);
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
  const folder = join(it.restore_dir, it.project.id);
  assert.equal(readFileSync(join(folder, "copy-more", "state"), "utf8"), "one");
  const copy = await getApplication(it.db, "copy");
  assert.equal(copy.source.parts.length, 2);
  const { parts, validations_passed } = job.result as { parts: readonly unknown[]; validations_passed: number };
  assert.deepEqual([parts.length, validations_passed], [2, 1]);

  // The second part is not even begun when the first one is not what it should be.
  writeFileSync(join(a, "state"), "two");
  const worse = String((await it.backUp("app")).backup_id);
  const refused = await it.ended((await requestAnyRestore({ backup_id: worse, new_name: "worse" }, it)).job_id);
  assert.equal(refused.error?.code, "APPLICATION_NOT_HEALTHY", JSON.stringify(refused));
  assert.ok(existsSync(join(folder, "worse-data")) && !existsSync(join(folder, "worse-more")));
  await assert.rejects(getWorkload(it.db, "worse"), { code: "WORKLOAD_NOT_FOUND" });

  const rows = await it.db.selectFrom("backups").select("id").where("workload_id", "=", part.id).execute();
  await assert.rejects(
    withTransaction(it.db, (tx) => requestDelete(tx, rows[0]?.id ?? "", "test", it)),
    { code: "BACKUP_IN_GROUP" },
  );
  rmSync(a, { recursive: true });
  const failed = await it.backUp("app").catch((error: unknown) => String(error));
  assert.match(String(failed), /APPLICATION_PART_FAILED.*part data could not be backed up/s);
  assert.equal(made.type, "application");
});

test("the suppression log takes each entry once, survives the loss of its table, and is compacted without loss", async (t) => {
  const it = await installation(t, databases);
  const dir = join(it.dir, "x");
  mkdirSync(dir);
  const source = {
    kind: "application" as const,
    parts: [{ name: "x", source: { kind: "files" as const, paths: [dir] } }],
  };
  const app = await createWorkload(it.db, { name: "mail", project: "acme", type: "application", source }, it);
  const add = (address: string, scope?: string) => recordSuppressions(app, [{ address, scope }], "test", it);
  assert.deepEqual(await add("A@example.net"), { recorded: 1, known: 0 });
  assert.deepEqual(await add("a@example.net "), { recorded: 0, known: 1 });
  assert.deepEqual(await add("a@example.net", "list:1"), { recorded: 1, known: 0 });
  await assert.rejects(add("two words"), { code: "SUPPRESSION_INVALID" });
  // Many at the same time, from several servers that know nothing of each other.
  await Promise.all(Array.from({ length: 80 }, (_, n) => add(`p${n}@example.net`)));
  await it.db.deleteFrom("suppression_seen").execute();
  assert.deepEqual(await add("p3@example.net"), { recorded: 1, known: 0 });

  const all = await findSuppressions(app, { limit: 1000 }, it);
  assert.equal(all.total, 82);
  const row = await it.repositories.find(app.project_id, app.region_id);
  const pieces = () =>
    it.repositories.use(row, async (repository) => {
      let count = 0;
      for await (const _ of listPieces(repository.store, suppressionLog(app.id))) count++;
      return count;
    });
  assert.equal(await pieces(), 83);
  const gone = await it.repositories.use(row, (repository) => compact(repository, app.id));
  assert.deepEqual([gone, await pieces()], [83, 1]);
  const after = await findSuppressions(app, { limit: 1000 }, it);
  assert.deepEqual(after, all);
  const one = await findSuppressions(app, { address: "A@EXAMPLE.net", limit: 10 }, it);
  assert.deepEqual(one.items.map(({ scope }) => scope).sort(), ["list:1", null].sort());
});

test("a PowerMTA configuration is followed to everything it names", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-pmta-"));
  t.after(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, "domains"));
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(dir, "a.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(join(dir, "b.pem"), "nothing");
  writeFileSync(
    join(dir, "config"),
    '# include gone\ninclude domains/*.conf\ninclude "/etc/pmta/more"\ndomain-key s,a.net,a.pem\n',
  );
  writeFileSync(join(dir, "domains", "x.conf"), "domain-key s,b.net,/etc/pmta/b.pem\n");
  const locate = (path: string) => join(dir, path.replace(/^\/etc\/pmta/, ""));
  const { problems, files, keys } = await checkPowermta("/etc/pmta/config", locate);
  assert.deepEqual([files, keys], [3, 2]);
  assert.equal(problems.length, 2);
  assert.match(problems.join(), /\/etc\/pmta\/b\.pem is no private key/);
  assert.match(problems.join(), /\/etc\/pmta\/more is missing/);
});
