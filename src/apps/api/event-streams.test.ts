import assert from "node:assert/strict";
import { request } from "node:http";
import { join } from "node:path";
import { statSync } from "node:fs";
import test, { after } from "node:test";
import { hasCode, systemClock, systemRandom } from "../../base/index.ts";
import { enqueueJob } from "../../control/jobs/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import { wake } from "../../platform/queue/index.ts";
import { listen } from "./index.ts";
import { testApi } from "./testing.ts";

const ports = { clock: systemClock, random: systemRandom };
const api = await testApi({ event_streams_max: 3 });
const { db } = api.database;
const socket_path = join(api.dir, "api.sock");
const listening = await listen(api.app, { host: "127.0.0.1", port: 0, socket_path });
after(() => listening.close());

interface Received {
  readonly id: string | undefined;
  readonly event: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
  readonly data: any;
}

/** Reads a stream over the unix socket until `enough`, then leaves. */
function read(path: string, enough: (seen: readonly Received[]) => boolean, headers = {}): Promise<Received[]> {
  return new Promise((resolve, reject) => {
    const seen: Received[] = [];
    let rest = "";
    const call = request(
      { socketPath: socket_path, path, headers: { authorization: `Bearer ${api.admin_token}`, ...headers } },
      (answer) => {
        if (answer.statusCode !== 200) return reject(new Error(`status ${answer.statusCode}`));
        answer.setEncoding("utf8");
        answer.on("data", (text: string) => {
          const blocks = (rest + text).split("\n\n");
          rest = blocks.pop() ?? "";
          for (const block of blocks) {
            const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
            const data = field("data");
            if (data !== undefined) seen.push({ id: field("id"), event: field("event") ?? "", data: JSON.parse(data) });
          }
          if (enough(seen)) {
            call.destroy();
            resolve(seen);
          }
        });
        answer.on("end", () => resolve(seen));
      },
    );
    call.on("error", (error) => (enough(seen) ? undefined : reject(error)));
    call.setTimeout(8000, () => call.destroy(new Error(`nothing more after ${JSON.stringify(seen)}`)));
    call.end();
  });
}

const append = (type: string, subject: string) =>
  withTransaction(db, async (tx) => {
    await appendEvent(tx, { type, subject, data: {} }, ports);
    await wake(tx, "holdfast_events");
  });

test("the socket is for our own user only", () => {
  assert.equal(statSync(socket_path).mode & 0o777, 0o600);
});

test("a second server on the same socket, or the same port, is refused", async () => {
  const inUse = (error: unknown) => hasCode(error, "API_SOCKET_IN_USE");
  await assert.rejects(listen(api.app, { host: "127.0.0.1", port: 0, socket_path }), inUse);
});

test("events come in order and go on behind Last-Event-ID", async () => {
  for (const n of [1, 2, 3]) await append(`holdfast.test.${n}`, "tst_a");
  const first = await read("/v1/events?after=0&subject=tst_a", (seen) => seen.length === 3);
  assert.deepEqual(
    first.map(({ event }) => event),
    ["holdfast.test.1", "holdfast.test.2", "holdfast.test.3"],
  );
  assert.equal(first[1]?.data.specversion, "1.0");
  assert.equal(first[1]?.data.sequence, first[1]?.id);
  const live = read("/v1/events?subject=tst_a", (seen) => seen.length === 2, { "last-event-id": first[1]?.id });
  await append("holdfast.test.4", "tst_a");
  assert.deepEqual(
    (await live).map(({ event }) => event),
    ["holdfast.test.3", "holdfast.test.4"],
  );
});

test("a job's stream tells state and progress and ends with the job", async () => {
  const spec = { kind: "verify", input: {} } as const;
  const { job_id } = await withTransaction(db, (tx) => enqueueJob(tx, spec, ports));
  const progress = {
    done_bytes: 5,
    total_bytes: 10,
    done_files: 1,
    total_files: 2,
    rate_bytes_per_second: 5,
    left_seconds: 1,
    step: "read",
  };
  const stream = read(`/v1/jobs/${job_id}/events`, (seen) => seen.some(({ event }) => event === "end"));
  const set = async (values: object) => {
    await db.updateTable("jobs").set(values).where("id", "=", job_id).execute();
    await wake(db, "holdfast_jobs", job_id);
  };
  await set({ state: "RUNNING", progress: JSON.stringify(progress) });
  await systemClock.sleep(300);
  await set({ state: "SUCCEEDED", finished_at: new Date(), started_at: new Date() });
  const seen = await stream;
  assert.equal(seen[0]?.event, "holdfast.job.state");
  const told = seen
    .filter(({ event }) => event === "progress")
    .map(({ data }) => [data.state, data.progress?.done_bytes]);
  assert.deepEqual(told.at(-2), ["RUNNING", 5]);
  assert.deepEqual(told.at(-1), ["SUCCEEDED", 5]);
  assert.equal(seen.at(-1)?.data.state, "SUCCEEDED");
});

test("more streams than the limit are refused, and closed ones free their place", async () => {
  const open = [1, 2, 3].map(() =>
    read("/v1/events?after=0", (seen) => seen.some(({ event }) => event === "holdfast.end")),
  );
  await systemClock.sleep(300);
  const refused = await api.call("GET", "/v1/events");
  assert.equal(refused.body.code, "API_STREAMS_EXHAUSTED");
  await append("holdfast.end", "tst_b");
  await Promise.all(open);
  await systemClock.sleep(200);
  assert.ok((await read("/v1/events?after=0", (seen) => seen.length > 0)).length > 0);
});

test("an unknown job is a problem, not a stream", async () => {
  assert.equal((await api.call("GET", "/v1/jobs/job_x/events")).status, 404);
});
