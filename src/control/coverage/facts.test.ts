/** What coverage asks the catalog for, page by page and by index, against the same worked out from every single row. */
import assert from "node:assert/strict";
import test from "node:test";
import { newId, systemClock, systemRandom } from "../../base/index.ts";
import type { BackupState, VerifiedState } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { createProject, createRegion, createWorkload, removeWorkload } from "../inventory/index.ts";
import { copiedTo, knownWorkloads } from "./facts.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom };
const id = (prefix: Parameters<typeof newId>[0]) => newId(prefix, systemClock, systemRandom);
const HOUR_MS = 3_600_000;
const now_ms = Date.parse("2026-05-11T12:00:00Z");
const WORKLOADS = 40;

/** The same numbers in each run. */
function numbers(seed: number) {
  let x = seed;
  return (below: number) => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
}

async function catalog(db: Db) {
  const draw = numbers(42);
  const one_of = <T>(values: readonly T[]) => values[draw(values.length)] as T;
  const here = await createRegion(db, { name: "here", country: "BD", store: { kind: "fs", path: "/srv/a" } }, ports);
  const there = await createRegion(db, { name: "there", country: "BD", store: { kind: "fs", path: "/srv/b" } }, ports);
  const [acme, beta] = [
    await createProject(db, { name: "acme", region: "here" }, ports),
    await createProject(db, { name: "beta", region: "here" }, ports),
  ];
  const repository_id = id("rpo");
  const row = { repository_id: "r", store_prefix: "p", cmk_id: "c", created_at: new Date(now_ms) };
  await db
    .insertInto("repositories")
    .values({ ...row, id: repository_id, project_id: acme.id, region_id: here.id })
    .execute();
  const workloads = [];
  for (let n = 0; n < WORKLOADS; n++) {
    const source = { kind: "files" as const, paths: ["/srv"] };
    const project = n % 3 === 0 ? beta : acme;
    workloads.push(await createWorkload(db, { name: `w${n}`, project: project.id, type: "vm", source }, ports));
  }
  const backups = [];
  const jobs = [];
  for (const workload of workloads) {
    const of = { project_id: workload.project_id, workload_id: workload.id };
    for (let n = draw(8); n > 0; n--) {
      // A minute apart at least, so that none is as new as another; some by a clock that is a day ahead.
      const at = new Date(now_ms - draw(4000) * 60_000 - n * 1000 + (draw(9) === 0 ? 100 * HOUR_MS : 0));
      backups.push({
        ...of,
        id: id("bkp"),
        repository_id,
        region_id: here.id,
        created_at: at,
        completed_at: draw(5) === 0 ? null : new Date(at.getTime() + 60_000),
        state: one_of<BackupState>(["AVAILABLE", "AVAILABLE", "AVAILABLE", "DAMAGED", "FAILED", "DELETED", "CREATING"]),
        verified_state: one_of<VerifiedState>(["VALID", "UNVERIFIED", "UNVERIFIED", "INVALID"]),
      });
    }
    for (let n = draw(5); n > 0; n--) {
      const state = one_of([
        "SUCCEEDED",
        "SUCCEEDED_WITH_WARNINGS",
        "FAILED",
        "EXPIRED",
        "SKIPPED",
        "RUNNING",
      ] as const);
      const at = new Date(now_ms - draw(4000) * 60_000 - n * 1000);
      const kind = one_of(["backup", "backup", "verify"] as const);
      const more = { input: "{}", run_after: at, created_at: at, updated_at: at, status_reason: `reason ${draw(100)}` };
      jobs.push({ ...of, ...more, id: id("job"), kind, state, finished_at: state === "RUNNING" ? null : at });
    }
  }
  await db.insertInto("backups").values(backups).execute();
  await db.insertInto("jobs").values(jobs).execute();
  const copies = backups
    .filter(() => draw(2) === 0)
    .map(({ id: backup_id, created_at }) => {
      const state = one_of(["AVAILABLE", "FAILED", "PENDING"] as const);
      return { id: id("cpy"), backup_id, region_id: there.id, repository_id, state, created_at };
    });
  await db.insertInto("copies").values(copies).execute();
  for (const gone of workloads.slice(5, 9)) await removeWorkload(db, gone.id, ports);
  const kept = workloads.filter((_, n) => n < 5 || n >= 9).sort((a, b) => (a.id < b.id ? -1 : 1));
  return { workloads: kept, backups, jobs, copies, acme };
}

const newest = <T extends { readonly created_at: Date }>(rows: readonly T[]): T | undefined =>
  rows.toSorted((a, b) => b.created_at.getTime() - a.created_at.getTime())[0];

test("the facts of each workload are what every single row says, in whatever pages", async () => {
  const { db } = await databases.create();
  const { workloads, backups, jobs, copies, acme } = await catalog(db);
  const expected = workloads.map(({ id: workload_id }) => {
    const own = backups.filter((it) => it.workload_id === workload_id);
    const good = newest(
      own.filter(
        ({ state, verified_state, created_at }) =>
          state === "AVAILABLE" && verified_state !== "INVALID" && created_at.getTime() <= now_ms + HOUR_MS,
      ),
    );
    const bad = newest(
      own.filter(
        ({ state, verified_state }) => state === "DAMAGED" || (verified_state === "INVALID" && state !== "DELETED"),
      ),
    );
    const runs = jobs.filter((it) => it.workload_id === workload_id && it.kind === "backup");
    const ended = newest(runs.filter(({ state }) => state !== "SKIPPED" && state !== "RUNNING"));
    return {
      workload_id,
      good: good?.id,
      completed_at_ms: (good?.completed_at ?? good?.created_at)?.getTime(),
      newer_damaged:
        bad !== undefined && bad.created_at.getTime() > (good?.created_at.getTime() ?? 0) ? bad.id : undefined,
      ended: ended === undefined ? undefined : [ended.id, ended.state, ended.status_reason],
      open: runs.filter(({ state }) => state === "RUNNING").map((it) => it.id),
      copied: copies.some((it) => it.backup_id === good?.id && it.state === "AVAILABLE"),
    };
  });
  assert.ok(expected.some((it) => it.good === undefined) && expected.some((it) => it.newer_damaged !== undefined));
  assert.ok(expected.some((it) => it.open.length > 0) && expected.some((it) => it.copied));

  const seen = async (wanted: Parameters<typeof knownWorkloads>[2], page_size?: number) => {
    const pages = [];
    for await (const page of knownWorkloads(db, now_ms, wanted, page_size)) pages.push(page);
    const copied = await copiedTo(
      db,
      pages.flat().flatMap(({ facts }) => facts.last_good?.id ?? []),
    );
    return pages.flat().map(({ workload, facts }) => ({
      workload_id: workload.id,
      good: facts.last_good?.id,
      completed_at_ms: facts.last_good?.completed_at_ms,
      newer_damaged: facts.newer_damaged_id ?? undefined,
      ended:
        facts.last_job === null ? undefined : [facts.last_job.id, facts.last_job.state, facts.last_job.status_reason],
      open: facts.open_job_id,
      copied: copied.get(facts.last_good?.id ?? "")?.includes("there") === true,
    }));
  };
  const compare = async (wanted: Parameters<typeof knownWorkloads>[2], rows: typeof expected, page_size?: number) => {
    const found = await seen(wanted, page_size);
    // Of several that run at once, any.
    const any = found.map((it, at) => {
      const open = rows[at]?.open ?? [];
      return { ...it, open: it.open === null ? [] : open.includes(it.open) ? open : [it.open] };
    });
    assert.deepEqual(any, rows);
  };
  for (const page_size of [undefined, 1, 7, expected.length]) await compare({}, expected, page_size);
  const of_acme = new Set(workloads.filter(({ project_id }) => project_id === acme.id).map((it) => it.id));
  await compare(
    { project_id: acme.id },
    expected.filter(({ workload_id }) => of_acme.has(workload_id)),
    5,
  );
  const some = expected.filter((_, at) => at % 4 === 1);
  await compare({ workload_ids: some.map((it) => it.workload_id) }, some, 3);
});
