import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { zonedTime } from "../../model/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { listJobs } from "../jobs/index.ts";
import { createPolicy } from "../policy/index.ts";
import { causeOfLag, type LagFacts } from "./cause.ts";
import { regionLinks, replicationStatus, setRegionLink } from "./index.ts";
import { isOpen, opensAt, parseWindow, shareOfDay } from "./window.ts";

const databases = testDatabases();
const HOUR_MS = 3_600_000;

test("a closed window makes copies wait, a limit slows them, a full target is named; each as the cause of the lag", async (t) => {
  const it = await installation(t, databases);
  const [home, peer] = it.regions;
  const source = join(it.dir, "source");
  await mkdir(source);
  const copy = { cross_region: peer.name };
  await createPolicy(it.db, { name: "two", schedule: { daily: "02:00 UTC" }, retention: { daily: 3 }, copy }, it);
  await it.workload("web-1", [source], { "backup-policy": "two" });
  await it.run();
  const link = (change: { bytes_per_second?: number | null; window?: string | null }) =>
    withTransaction(it.db, (tx) => setRegionLink(tx, { from: home.name, to: peer.name, ...change }, "test", it));
  const pair = async () => (await replicationStatus(it.db, it.clock)).pairs[0];
  const backUp = async () => {
    await writeFile(join(source, "a"), it.random.bytes(1_000_000));
    const { backup_id } = await it.backUp("web-1");
    return (await listJobs(it.db, { kind: "copy", backup_id: backup_id ?? "" }))[0]?.id ?? "";
  };
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (let round = 0; !(await holds()); round++) {
      assert.ok(round < 200, what);
      await it.clock.sleep(50);
    }
  };

  const { hour } = zonedTime(it.clock.now_ms() + 3 * HOUR_MS, "Asia/Dhaka");
  const from = String(hour).padStart(2, "0");
  const window = `${from}:00-${from}:30 Asia/Dhaka`;
  const closed = await link({ window, bytes_per_second: 300_000 });
  assert.equal(closed.open, false);
  const first = await backUp();
  await until("it waits", async () => (await listJobs(it.db, { kind: "copy" }))[0]?.state === "WAITING_WINDOW");
  const waiting = await pair();
  assert.deepEqual([waiting?.cause, waiting?.link?.opens_at], ["window_closed", closed.opens_at]);
  assert.ok((waiting?.backlog_bytes ?? 0) > 1_000_000);

  const began_ms = it.clock.monotonic_ms();
  await link({ window: null });
  assert.equal((await it.ended(first)).state, "SUCCEEDED");
  assert.ok(
    it.clock.monotonic_ms() - began_ms > 1000,
    "a megabyte at 300 kB a second, of which one second is let through at once",
  );
  const done = await pair();
  assert.deepEqual([done?.cause, done?.backlog_bytes, done?.pending], [null, 0, 0]);
  assert.deepEqual(
    (await regionLinks(it.db, it)).map((each) => [each.from_region, each.bytes_per_second, each.window, each.open]),
    [[home.name, 300_000, null, true]],
  );

  await link({ bytes_per_second: null });
  await it.db
    .updateTable("regions")
    .set({ store: JSON.stringify({ ...peer.store, quota_bytes: 1_100_000 }) })
    .where("id", "=", peer.id)
    .execute();
  await backUp();
  await until("the target is full", async () => (await pair())?.cause === "target_quota");
  const full = await pair();
  assert.match(full?.cause_text ?? "", /the target is full: .*quota/);
  assert.ok((full?.failures_24h ?? 0) >= 1);
});

test("windows are hours of a place's clocks, over midnight and over clock changes", () => {
  const night = parseWindow("22:00-06:00 Asia/Dhaka");
  const at = (text: string) => Date.parse(text);
  assert.deepEqual(
    ["2026-05-01T15:59Z", "2026-05-01T16:00Z", "2026-05-01T23:59Z", "2026-05-02T00:00Z"].map((it) =>
      isOpen(night, at(it)),
    ),
    [false, true, true, false],
  );
  assert.equal(opensAt(night, at("2026-05-01T03:12:45Z")), at("2026-05-01T16:00:00Z"));
  assert.equal(opensAt(night, at("2026-05-01T17:00:00Z")), at("2026-05-01T17:00:00Z"));
  assert.equal(shareOfDay(night), 8 / 24);
  // The hour from two to three is left out on that day: it opens when the clocks show three.
  const gap = parseWindow("02:30-04:00 Europe/Berlin");
  assert.equal(opensAt(gap, at("2026-03-29T00:00:00Z")), at("2026-03-29T01:00:00Z"));
  for (const wrong of [
    "22-06 Asia/Dhaka",
    "22:00-06:00",
    "22:00-06:00 Mars/Base",
    "06:00-06:00 UTC",
    "25:00-06:00 UTC",
  ])
    assert.throws(() => parseWindow(wrong), { code: "LINK_WINDOW_INVALID" });
});

test("the cause of a lag: what has to change first is told first", () => {
  const link = { from_region: "a", to_region: "b", window: null, open: true, opens_at: null };
  const facts: LagFacts = {
    waiting: 3,
    running: 1,
    backlog_bytes: 6_000_000,
    source_bytes_24h: 86_400_000,
    copied_bytes_24h: 1,
    bytes_per_second_24h: 2000,
    failure: null,
    link: { ...link, bytes_per_second: null },
  };
  const cause = (more: Partial<LagFacts>) => causeOfLag({ ...facts, ...more });
  assert.equal(cause({ waiting: 0 }), null);
  assert.deepEqual(cause({}), { cause: "copying", text: "1 of 3 copies are being sent, done in about 50 minutes" });
  assert.equal(cause({ running: 0 })?.cause, "queued");
  const slow = cause({ link: { ...link, bytes_per_second: 900 } });
  assert.equal(slow?.cause, "source_faster_than_link");
  assert.match(slow?.text ?? "", /backups add 1000 bytes\/s, the link carries 900 bytes\/s/);
  const nights = { ...link, bytes_per_second: 2900, window: "22:00-06:00 UTC" };
  assert.equal(cause({ link: nights })?.cause, "source_faster_than_link", "open a third of the day");
  assert.equal(cause({ link: { ...nights, open: false } })?.cause, "window_closed");
  const failed = (status_reason: string) => cause({ failure: { status_reason, message: "no" } })?.cause;
  assert.deepEqual(["StorageQuotaExceeded", "StorageUnavailable", "NetworkTimeout", "RepositoryDamaged"].map(failed), [
    "target_quota",
    "link_down",
    "link_down",
    "copy_failed",
  ]);
});
