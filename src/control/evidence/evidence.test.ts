import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { before } from "node:test";
import fc from "fast-check";
import { sql } from "kysely";
import { systemRandom } from "../../base/index.ts";
import type { Clock } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { installation } from "../../testing/index.ts";
import { appendPending, exportBundle, lazySigner, publishHeads, signHeads, treeSize, verifyBundle } from "./index.ts";
import type { EvidenceBundle, Signer } from "./index.ts";

const databases = testDatabases();
const DAY_MS = 86_400_000;

/** A clock that is moved by hand. */
function handClock(): Clock & { now: number } {
  return {
    now: Date.parse("2026-05-01T08:00:00Z"),
    now_ms() {
      return this.now;
    },
    monotonic_ms() {
      return this.now;
    },
    sleep: async () => {},
  };
}

let bundle: EvidenceBundle;
let signer: Signer;

before(async () => {
  const { db } = await databases.create();
  const clock = handClock();
  const ports = { clock, random: systemRandom };
  const slot = (await import("../../engine/keys/index.ts")).createPassphraseSlot(systemRandom);
  const keys = (await import("../../engine/keys/index.ts")).passphraseKeyManager({ passphrase: "p", slot });
  signer = await lazySigner({
    ...ports,
    db,
    keys,
    key_admin: { createKey: async () => ({ key_id: slot.slot_id }) as never },
  })();
  for (let day = 0; day < 6; day++) {
    // Nothing happens on the third and the fourth day.
    for (let n = 0; n < [3, 5, 0, 0, 1, 4][day]!; n++) {
      const project_id = n % 2 === 0 ? "prj_a" : "prj_b";
      await appendEvent(
        db,
        { type: "holdfast.backup.available", subject: `bkp_${day}_${n}`, project_id, data: { n } },
        ports,
      );
    }
    await appendPending(db, ports);
    clock.now += DAY_MS;
    await signHeads(db, signer, ports);
  }
  await assert.rejects(sql`update evidence_leaves set record = 'x' where leaf_index = 0`.execute(db), /append-only/);
  await assert.rejects(sql`delete from evidence_leaves`.execute(db), /append-only/);
  bundle = await exportBundle(db, { from_day: "2026-05-02", to_day: "2026-05-06" }, signer, ports);
  const whole = await exportBundle(db, {}, signer, ports);
  assert.equal(whole.first_index, 0);
  assert.deepEqual((await verifyBundle(whole, signer.fingerprint)).findings, []);
  const one = await exportBundle(db, { project_id: "prj_a" }, signer, ports);
  const verdict = await verifyBundle(one, signer.fingerprint);
  assert.deepEqual([verdict.ok, verdict.records, verdict.hidden_records], [true, 13, 5]);
  assert.ok(!JSON.stringify(one).includes("prj_b"));
});

test("a bundle holds for whoever knows the key, and shows the days on which nothing happened", async () => {
  const verdict = await verifyBundle(structuredClone(bundle), signer.fingerprint);
  assert.deepEqual(verdict.findings, []);
  assert.deepEqual([verdict.records, verdict.from_day, verdict.to_day], [10, "2026-05-02", "2026-05-06"]);
  assert.deepEqual(verdict.quiet_days, ["2026-05-03", "2026-05-04"]);
  assert.ok(!(await verifyBundle(bundle, "another")).ok);
});

test("a removed, altered or moved record is named", async () => {
  const removed = structuredClone(bundle);
  removed.records.splice(4, 1);
  assert.deepEqual(indexes(await verifyBundle(removed), "RECORD_REMOVED"), [7]);
  const altered = structuredClone(bundle);
  altered.records[2]!.record = altered.records[2]!.record!.replace("available", "deleted");
  assert.deepEqual(indexes(await verifyBundle(altered), "RECORD_ALTERED"), [5]);
  const swapped = structuredClone(bundle);
  [swapped.records[1], swapped.records[2]] = [swapped.records[2]!, swapped.records[1]!];
  assert.deepEqual(indexes(await verifyBundle(swapped), "RECORD_MOVED"), [4]);
  const texts = structuredClone(bundle);
  [texts.records[0]!.record, texts.records[1]!.record] = [texts.records[1]!.record, texts.records[0]!.record];
  assert.deepEqual(indexes(await verifyBundle(texts), "RECORD_ALTERED"), [3, 4]);
  const tail = structuredClone(bundle);
  tail.records.pop();
  assert.deepEqual(indexes(await verifyBundle(tail), "RECORD_REMOVED"), [12]);
  const head = structuredClone(bundle);
  head.heads.splice(2, 1);
  head.consistency.splice(2, 1);
  assert.ok((await verifyBundle(head)).findings.some(({ code }) => code === "HEAD_CHAIN"));
});

test("whatever is changed in a bundle, it does not hold any more", async () => {
  const edits: Record<string, (copy: EvidenceBundle, n: number, text: string) => void> = {
    record: (copy, n, text) => void (copy.records[n % copy.records.length]!.record = text),
    index: (copy, n) => void (copy.records[n % copy.records.length]!.index += 1),
    drop: (copy, n) => void copy.records.splice(n % copy.records.length, 1),
    repeat: (copy, n) => void copy.records.splice(n % 10, 0, structuredClone(copy.records[n % copy.records.length]!)),
    reverse: (copy) => void copy.records.reverse(),
    renumber: (copy, n) => {
      copy.records.splice(n % 9, 1);
      for (const [i, record] of copy.records.entries()) record.index = copy.first_index + i;
    },
    proof: (copy, n) => void copy.records[n % copy.records.length]!.proof.pop(),
    hide: (copy, n, text) => {
      const record = copy.records[n % copy.records.length]!;
      record.record = null;
      record.leaf_hash = Buffer.from(text.padEnd(32)).toString("base64url");
    },
    first_index: (copy, n) => void (copy.first_index += 1 + (n % 5)),
    head_dropped: (copy, n) => void copy.heads.splice(n % (copy.heads.length - 1), 1),
    head_swapped: (copy, n) => void copy.heads.splice(n % 4, 2, copy.heads[(n % 4) + 1]!, copy.heads[n % 4]!),
    head_payload: (copy, n) => {
      const i = n % copy.heads.length;
      const [head, payload, signature] = copy.heads[i]!.split(".");
      const claims = JSON.parse(Buffer.from(payload!, "base64url").toString()) as Record<string, unknown>;
      const forged = Buffer.from(JSON.stringify({ ...claims, tree_size: Number(claims["tree_size"]) + 1 }));
      copy.heads[i] = [head, forged.toString("base64url"), signature].join(".");
    },
    consistency: (copy) => void (copy.consistency[0] = ["AAAA"]),
    key: (copy) => void (copy.public_key["x"] = Buffer.alloc(32, 7).toString("base64url")),
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(edits)),
      fc.nat(1000),
      fc.string({ minLength: 1 }),
      async (name, n, text) => {
        const copy = structuredClone(bundle);
        edits[name]?.(copy, n, text);
        assert.equal((await verifyBundle(copy, signer.fingerprint)).ok, false, name);
      },
    ),
    { numRuns: 300 },
  );
});

function indexes(verdict: Awaited<ReturnType<typeof verifyBundle>>, code: string): (number | null)[] {
  return verdict.findings.filter((finding) => finding.code === code).map(({ index }) => index);
}

test("real backups, slots and their heads reach the log once each, and the regions keep the heads", async (t) => {
  const it = await installation(t, databases);
  const { db } = it;
  const workload = await it.workload("web-1", [import.meta.dirname]);
  await it.run();
  const job = await it.backUp("web-1");
  await it.verify(job.backup_id ?? "");
  const policy = await db.selectFrom("policies").select("id").executeTakeFirstOrThrow();
  const at = new Date(it.clock.now_ms());
  const slot = {
    workload_id: workload.id,
    policy_id: policy.id,
    policy_version: 1,
    rule: "daily" as const,
    due_at: at,
    window_until: at,
    created_at: at,
  };
  await db
    .insertInto("schedule_slots")
    .values({ ...slot, id: "slt_1", slot_at: at })
    .execute();
  await db.updateTable("schedule_slots").set({ outcome: "FAILED", decided_at: at }).where("id", "=", "slt_1").execute();
  await assert.rejects(
    withTransaction(db, async (tx) => {
      await appendEvent(tx, { type: "holdfast.undone", subject: "x", data: {} }, it);
      throw new Error("undo");
    }),
  );
  // Several servers at once.
  await Promise.all([appendPending(db, it), appendPending(db, it), appendPending(db, it)]);
  const leaves = await db.selectFrom("evidence_leaves").select(["kind", "leaf_index"]).orderBy("leaf_index").execute();
  const kinds = leaves.map(({ kind }) => kind);
  for (const kind of ["holdfast.backup.available", "holdfast.backup.verified", "holdfast.slot.outcome"]) {
    assert.equal(kinds.filter((each) => each === kind).length, 1, `${kind} in ${kinds.join(" ")}`);
  }
  assert.ok(!kinds.includes("holdfast.undone") && !kinds.includes("holdfast.job.state"));
  assert.deepEqual(
    leaves.map(({ leaf_index }) => leaf_index),
    leaves.map((_, i) => i),
  );
  assert.equal(await treeSize(db), leaves.length);

  const own = await lazySigner(it)();
  const tomorrow = { clock: { ...it.clock, now_ms: () => it.clock.now_ms() + DAY_MS } };
  const [day] = await signHeads(db, own, tomorrow);
  const places = it.regions.map((region) => ({
    region_id: region.id,
    region_name: region.name,
    use: (work: Parameters<typeof it.repositories.useRegion<void>>[1]) => it.repositories.useRegion(region, work),
  }));
  assert.equal(await publishHeads(db, places, { ...it, log: silentLogger }), 2);
  assert.equal(await publishHeads(db, places, { ...it, log: silentLogger }), 0);
  const folder = join(it.dir, "bd-ctg-1", "region", "evidence", "heads");
  assert.deepEqual(await readdir(folder), [day]);
  const { jws } = await db.selectFrom("evidence_heads").select("jws").executeTakeFirstOrThrow();
  assert.equal((await readFile(join(folder, day ?? ""), "utf8")).trim(), jws);
});
