import assert from "node:assert/strict";
import test from "node:test";
import { errorCatalogue, systemClock, systemRandom } from "../../base/index.ts";
import type { JobSpec } from "../../model/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { openWakeups } from "../../platform/queue/index.ts";
import type { Wakeups } from "../../platform/queue/index.ts";
import {
  cancelJob,
  createFailpoints,
  enqueueJob,
  getJob,
  listFailpoints,
  listJobs,
  listSteps,
  noFailpoints,
} from "./index.ts";
import { retryDelay_ms, startRunner, watchJob, writeJobLimits } from "./index.ts";
import type { JobContext, JobHandler, JobOutcome, Runner, RunnerOptions } from "./index.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom };
const done: JobOutcome = { state: "SUCCEEDED", result: { ok: true } };

const testError = errorCatalogue({
  PASSING: { fault: "operational", retry: "soon", guidance: "wait", status_reason: "NetworkTimeout" },
  WRONG: { fault: "user", retry: "never", guidance: "correct it" },
});

interface Bench {
  readonly db: Db;
  readonly wakeups: Wakeups;
  enqueue(spec?: Partial<JobSpec>): Promise<string>;
  run(handlers: readonly JobHandler[], options?: Partial<RunnerOptions>): Promise<Runner>;
  ended(job_id: string): Promise<Awaited<ReturnType<typeof getJob>>>;
}

async function bench(t: { after(work: () => Promise<void>): void }): Promise<Bench> {
  const database = await databases.create();
  const { db } = database;
  const wakeups = await openWakeups(database.connection, { log: silentLogger, clock: systemClock });
  const runners: Runner[] = [];
  t.after(async () => {
    for (const runner of runners) await runner.drain(0);
    await wakeups.close();
  });
  return {
    db,
    wakeups,
    enqueue: async (spec = {}) => {
      const full: JobSpec = { kind: "backup", input: {}, retry_backoff_ms: 1, ...spec };
      return (await withTransaction(db, (tx) => enqueueJob(tx, full, ports))).job_id;
    },
    run: async (handlers, options = {}) => {
      const owner = { installation: `machine ${runners.length}`, process: "1" };
      const fixed = { db, ...ports, wakeups, handlers, log: silentLogger, failpoints: noFailpoints, owner, slots: 4 };
      const runner = await startRunner({ ...fixed, poll_ms: 50, lease_ms: 600, heartbeat_ms: 100, ...options });
      runners.push(runner);
      return runner;
    },
    ended: async (job_id) => {
      for await (const job of watchJob({ db, wakeups, clock: systemClock }, job_id, AbortSignal.timeout(8000)))
        if (job.finished_at !== null) return job;
      throw new Error("unreachable: the watch ends with the job");
    },
  };
}

const handler = (run: (context: JobContext) => Promise<JobOutcome>, more: Partial<JobHandler> = {}): JobHandler => ({
  kind: "backup",
  steps: ["one", "two"],
  run,
  ...more,
});

/** Resolves when the work is stopped. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

test("runs a job's steps in order, records them and tells every change", async (t) => {
  const b = await bench(t);
  const ends: string[] = [];
  await b.run([
    handler(
      async (context) => {
        const one = await context.step("one", async () => ({ n: 1 }));
        await context.step("two", async () => ({ n: one.n + 1 }));
        return done;
      },
      { ended: async (_tx, _job, end) => void ends.push(end.state) },
    ),
  ]);
  const id = await b.enqueue();
  const job = await b.ended(id);
  assert.equal(job.state, "SUCCEEDED");
  assert.deepEqual(job.result, { ok: true });
  assert.deepEqual(
    (await listSteps(b.db, id)).map((step) => [step.name, step.state]),
    [
      ["one", "SUCCEEDED"],
      ["two", "SUCCEEDED"],
    ],
  );
  assert.deepEqual(ends, ["SUCCEEDED"]);
  const events = await b.db
    .selectFrom("events")
    .select(["type", "data"])
    .where("subject", "=", id)
    .orderBy("sequence")
    .execute();
  assert.deepEqual(
    events.map(({ type, data }) => `${type.slice(9)} ${data["state"]}`),
    ["job.state QUEUED", "job.state RUNNING", "job.step SUCCEEDED", "job.step SUCCEEDED", "job.state SUCCEEDED"],
  );
});

test("a passing fault is retried from the step that failed; a lasting one ends the job at once", async (t) => {
  const b = await bench(t);
  let one = 0;
  let two = 0;
  await b.run([
    handler(async (context) => {
      const output = await context.step("one", async () => ({ run: ++one }));
      await context.step("two", async () => {
        if (++two < 3) throw testError("PASSING", "not yet");
        return {};
      });
      return { state: "SUCCEEDED", result: output };
    }),
    handler(
      async () => {
        throw testError("WRONG", "no such thing");
      },
      { kind: "verify" },
    ),
  ]);
  const passing = await b.ended(await b.enqueue());
  assert.equal(passing.state, "SUCCEEDED");
  assert.equal(passing.attempt, 3);
  assert.deepEqual([one, two, passing.result], [1, 3, { run: 1 }]);

  const lasting = await b.ended(await b.enqueue({ kind: "verify" }));
  assert.equal(lasting.state, "FAILED");
  assert.equal(lasting.attempt, 1);
  assert.equal(lasting.status_reason, "InvalidRequest");
  assert.equal(lasting.error?.code, "WRONG");
});

test("attempts are bounded and the last error names the reason", async (t) => {
  const b = await bench(t);
  await b.run([
    handler(async () => {
      throw testError("PASSING", "never");
    }),
  ]);
  const job = await b.ended(await b.enqueue({ max_attempts: 2 }));
  assert.deepEqual([job.state, job.attempt, job.status_reason], ["FAILED", 2, "NetworkTimeout"]);
});

test("the pause between attempts doubles, has a ceiling, and is longer when somebody must act", () => {
  const lowest = { bytes: (count: number) => Buffer.alloc(count) };
  assert.deepEqual(
    [1, 2, 3].map((failures) => retryDelay_ms("soon", failures, 1000, lowest)),
    [500, 1000, 2000],
  );
  assert.equal(retryDelay_ms("soon", 40, 1000, lowest), 1_800_000);
  assert.equal(retryDelay_ms("later", 1, 1000, lowest), 2500);
});

test("cancel ends a waiting job and stops a running one", async (t) => {
  const b = await bench(t);
  let started: () => void = () => undefined;
  const running = new Promise<void>((resolve) => (started = resolve));
  await b.run([
    handler(async (context) => {
      await context.step("one", async () => {
        started();
        return untilAborted(context.signal);
      });
      return done;
    }),
  ]);
  const waiting = await b.enqueue({ run_after: new Date(systemClock.now_ms() + 3_600_000) });
  assert.equal((await getJob(b.db, waiting)).state, "WAITING_WINDOW");
  await cancelJob({ db: b.db, ...ports }, waiting);
  const first = await b.ended(waiting);
  assert.deepEqual([first.state, first.status_reason], ["CANCELED", "Cancelled"]);

  const busy = await b.enqueue();
  await running;
  await cancelJob({ db: b.db, ...ports }, busy);
  assert.equal((await b.ended(busy)).state, "CANCELED");
  await assert.rejects(cancelJob({ db: b.db, ...ports }, busy), { code: "JOB_ALREADY_ENDED" });
});

test("a window that passed ends EXPIRED; a run that takes too long is stopped", async (t) => {
  const b = await bench(t);
  const past = new Date(systemClock.now_ms() - 1000);
  const late = await b.enqueue({ run_after: past, window_until: past });
  await b.run([handler((context) => untilAborted(context.signal))]);
  assert.equal((await b.ended(late)).state, "EXPIRED");
  const slow = await b.ended(await b.enqueue({ complete_until: new Date(systemClock.now_ms() + 300) }));
  assert.deepEqual([slow.state, slow.error?.code], ["FAILED", "JOB_DEADLINE_EXCEEDED"]);
});

test("region and source limits hold over two runners, and other regions are not held up", async (t) => {
  const b = await bench(t);
  await writeJobLimits(b.db, { region_max: 2, regions: { reg_wide: 3 } }, new Date());
  let busy = 0;
  let most = 0;
  const handlers = [
    handler(async ({ job }) => {
      if (job.input["region_id"] === "reg_a") most = Math.max(most, ++busy);
      await systemClock.sleep(30);
      if (job.input["region_id"] === "reg_a") busy--;
      return done;
    }),
  ];
  const jobs: string[] = [];
  for (let i = 0; i < 8; i++) jobs.push(await b.enqueue({ input: { region_id: "reg_a" } }));
  jobs.push(await b.enqueue({ input: { region_id: "reg_wide" } }));
  await b.run(handlers, { slots: 4 });
  await b.run(handlers, { slots: 4 });
  for (const id of jobs) assert.equal((await b.ended(id)).state, "SUCCEEDED");
  assert.equal(most, 2);
});

test("a job whose worker fell silent is taken over; the old worker can write nothing any more", async (t) => {
  const b = await bench(t);
  let first = true;
  let seen: unknown;
  const commits: string[] = [];
  const stalled: JobHandler = handler(async (context) => {
    const mine = first ? "old" : "new";
    first = false;
    await context.step("one", async () => ({ by: mine }));
    if (mine === "old") await systemClock.sleep(1200); // longer than the lease, and its heartbeat is off
    await context
      .step(
        "two",
        async () => ({ by: mine }),
        async () => void commits.push(mine),
      )
      .catch((error: unknown) => {
        if (mine === "old") seen = error;
        throw error;
      });
    return done;
  });
  const id = await b.enqueue();
  await b.run([stalled], {
    owner: { installation: "silent", process: "1" },
    heartbeat_ms: 60_000,
    lease_ms: 300,
    slots: 1,
  });
  await b.run([stalled], { owner: { installation: "other", process: "1" } });
  const job = await b.ended(id);
  assert.equal(job.state, "SUCCEEDED");
  assert.equal(job.attempt, 1, "a worker's death is no failed attempt");
  while (seen === undefined) await systemClock.sleep(20, t.signal);
  assert.equal((seen as { code?: string } | undefined)?.code, "JOB_LEASE_LOST");
  assert.deepEqual(commits, ["new"]);
});

test("a server that stops hands its jobs back; the next one goes on from the journal", async (t) => {
  const b = await bench(t);
  let one = 0;
  let block = true;
  const slow = handler(async (context) => {
    await context.step("one", async () => ({ n: ++one }));
    if (block) await untilAborted(context.signal);
    return done;
  });
  const id = await b.enqueue();
  const runner = await b.run([slow]);
  while (one === 0) await systemClock.sleep(10);
  block = false;
  await runner.drain(0);
  await b.run([slow]);
  const job = await b.ended(id);
  assert.deepEqual([job.state, one, job.attempt], ["SUCCEEDED", 1, 1]);
});

test("the same idempotency key is the same job", async (t) => {
  const b = await bench(t);
  const first = await b.enqueue({ idempotency_key: "slot:1" });
  assert.equal(await b.enqueue({ idempotency_key: "slot:1" }), first);
  assert.equal((await listJobs(b.db)).length, 1);
});

test("failpoints are named after the steps and die at the n-th hit only", () => {
  const names = listFailpoints([handler(async () => done)]);
  assert.deepEqual(names.slice(0, 5), [
    "backup.claimed",
    "backup.progress",
    "backup.ended",
    "backup.one.before",
    "backup.one.done",
  ]);
  let dead = 0;
  const points = createFailpoints("backup.one.done:2", [handler(async () => done)], () => dead++);
  points.hit("backup.one.done");
  points.hit("backup.two.done");
  assert.equal(dead, 0);
  points.hit("backup.one.done");
  assert.equal(dead, 1);
  assert.throws(() => createFailpoints("backup.three.done", [], () => undefined), { code: "FAILPOINT_UNKNOWN" });
});
