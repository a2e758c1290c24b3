import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { createToken } from "../../control/access/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation, serveInstallation } from "../../testing/index.ts";
import { cli } from "./testing.ts";

const databases = testDatabases();

test("what did not verify is not restored: the newest good backup is offered; to insist takes a permission, and is on record", async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const source = join(it.dir, "source");
  await mkdir(source);
  writeFileSync(join(source, "a"), "first");
  await it.workload("nas", [source]);
  const good = String((await it.backUp("nas")).backup_id);
  writeFileSync(join(source, "a"), "second");
  const bad = String((await it.backUp("nas")).backup_id);
  const failed = { verified_state: "INVALID", verified_at: new Date("2026-11-20T04:00:00Z") } as const;
  await it.db.updateTable("backups").set(failed).where("id", "=", bad).execute();
  const env: Record<string, string> = { ...(await serveInstallation(t, it)).env };
  const restore = async (backup_id: string, ...more: string[]) => {
    const target = join(it.dir, `out-${it.random.bytes(4).toString("hex")}`);
    const ran = await cli(["restore", "--backup-id", backup_id, "--target", target, ...more, "--json"], {
      env,
      cwd: it.dir,
    });
    return { code: ran.code, json: JSON.parse(ran.code === 0 ? ran.stdout : ran.stderr) };
  };

  const refused = await restore(bad);
  assert.deepEqual([refused.code, refused.json.code], [5, "RESTORE_SOURCE_DAMAGED"]);
  const { offer_backup_id, offer_created_at, offer_command } = refused.json.context;
  const { created_at } = await it.db
    .selectFrom("backups")
    .select("created_at")
    .where("id", "=", good)
    .executeTakeFirstOrThrow();
  assert.deepEqual([offer_backup_id, offer_created_at], [good, created_at.toISOString()]);
  assert.equal(offer_command, `baas restore --backup-id ${good}`);
  assert.match(refused.json.detail, /found 2026-11-20T04:00:00.000Z/);
  const named = await restore(bad, "--from-region", "bd-dha-1");
  assert.equal(named.json.code, "RESTORE_SOURCE_DAMAGED", "its region named is no leave to read it");
  assert.equal((await restore(good)).code, 0);
  assert.equal((await restore(good, "--override", "just so")).json.code, "RESTORE_OVERRIDE_NEEDLESS");

  const insisted = await restore(bad, "--override", "the ledger of May is nowhere else");
  assert.equal(insisted.code, 0, JSON.stringify(insisted.json));
  const [entry] = await it.db
    .selectFrom("audit_log")
    .selectAll()
    .where("action", "=", "create_restore")
    .orderBy("sequence", "desc")
    .execute();
  assert.match(JSON.stringify(entry?.request), /the ledger of May/);
  const told = await it.db
    .selectFrom("events")
    .select("data")
    .where("type", "=", "holdfast.restore.overridden")
    .execute();
  assert.deepEqual(
    told.map(({ data }) => [data["backup_id"], data["reason"]]),
    [[bad, "the ledger of May is nowhere else"]],
  );

  const { secret } = await createToken(it.db, { name: "operator", scopes: ["restores:write", "restores:read"] }, it);
  env["BAAS_TOKEN"] = secret;
  const denied = await restore(bad, "--override", "the ledger of May is nowhere else");
  assert.deepEqual([denied.json.code, denied.json.context.scope], ["API_FORBIDDEN", "restores:override"]);
});
