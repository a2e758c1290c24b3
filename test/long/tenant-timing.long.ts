/**
 * Can a tenant tell by the clock whether a name or an id belongs to another tenant or to nobody? Each route is asked
 * for both in a random order, and the times are compared by ranks: the chance that a foreign one takes longer than
 * one that is not there is a half if time tells nothing. Where a fifth more time for the foreign one would not be seen
 * either, the test says so. Coarse: a leak of a few microseconds under a network's noise is below what this can find.
 * `HOLDFAST_TIMING_ROUNDS` makes it shorter, to try it.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { systemClock, systemRandom } from "../../src/base/index.ts";
import { testApi } from "../../src/apps/api/testing.ts";
import { createUser } from "../../src/control/access/index.ts";

const ROUNDS = Number(process.env["HOLDFAST_TIMING_ROUNDS"] ?? 1500);
/** Compiled code and prepared statements, on every connection. */
const WARM_UP = 200;
/** What has to be seen, or the test tells nothing. */
const SLOWER = 1.2;
/** Five standard errors of the rank statistic, and what a busy machine adds to them. */
const LEANING_MAX = (n: number) => 5 * Math.sqrt((2 * n + 1) / (12 * n * n)) + 0.02;

const api = await testApi({ requests_per_minute: 100_000_000, sign_ins_per_minute: 100_000_000 });
await api.call("POST", "/v1/regions", {
  body: { name: "here", country: "BD", store: { kind: "fs", path: `${api.dir}/here` } },
});
const alpha = await tenant("alpha");
const beta = await tenant("beta");

async function tenant(name: string) {
  const must = async (url: string, body: object, token = api.admin_token) => {
    const made = await api.call("POST", url, { body, token });
    assert.ok(made.status < 300, `${url}: ${JSON.stringify(made.body)}`);
    return made.body;
  };
  await must("/v1/projects", { name, region: "here" });
  const { id, secret: token } = await must("/v1/tokens", { name: `${name}-admin` });
  await must("/v1/bindings", { subject_type: "token", subject: id, role: "baas.admin", project: name });
  const source = { kind: "files", paths: [`/srv/${name}`] };
  // A hundred each, so that indexes are what they are in life.
  const workloads = [];
  for (let n = 0; n < 100; n++) {
    workloads.push(
      await must("/v1/workloads", { name: `${name}-db-${n}`, project: name, type: "host", source }, token),
    );
  }
  const spec = { name: `${name}-nightly`, schedule: { daily: "02:00 Asia/Dhaka" }, retention: { daily: 7 } };
  const policy = await must("/v1/policies", { spec }, token);
  await must("/v1/attachments", { policy: policy.id, target: { project: name } }, token);
  const { job_id } = await must("/v1/backups", { workload: workloads[0].id }, token);
  return {
    name,
    token,
    workload_id: workloads[7].id as string,
    policy_id: policy.id as string,
    job_id: String(job_id),
  };
}

type Ask = () => Promise<number>;

const get = (path: string): Ask => {
  return async () => (await api.call("GET", path, { token: alpha.token })).status;
};
const unknown = (id: string) => `${id.slice(0, -6)}${id.endsWith("000000") ? "111111" : "000000"}`;

/** In milliseconds, of each in turn, in an order that is drawn anew each time. */
async function measure(asks: readonly Ask[], rounds: number): Promise<number[][]> {
  const times: number[][] = asks.map(() => []);
  for (let round = -Math.min(WARM_UP, rounds); round < rounds; round++) {
    const first = (systemRandom.bytes(1)[0] ?? 0) % asks.length;
    for (let n = 0; n < asks.length; n++) {
      const at = (first + n) % asks.length;
      const started_ms = performance.now();
      await asks[at]?.();
      if (round >= 0) times[at]?.push(performance.now() - started_ms);
    }
  }
  return times;
}

/** How far the chance that one of `a` exceeds one of `b` is from a half (Mann and Whitney). */
function leaning(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, of_a: true })), ...b.map((value) => ({ value, of_a: false }))];
  all.sort((x, y) => x.value - y.value);
  let ranks = 0;
  all.forEach(({ of_a }, at) => (ranks += of_a ? at + 1 : 0));
  return (ranks - (a.length * (a.length + 1)) / 2) / (a.length * b.length) - 0.5;
}

const routes: readonly [what: string, theirs: string, nobodys: string][] = [
  ["a workload by name", "/v1/workloads/beta-db-7", "/v1/workloads/zeta-db-7"],
  ["a workload by id", `/v1/workloads/${beta.workload_id}`, `/v1/workloads/${unknown(beta.workload_id)}`],
  ["a project by name", "/v1/projects/beta", "/v1/projects/zeta"],
  ["a policy by name", "/v1/policies/beta-nightly", "/v1/policies/zeta-nightly"],
  ["a job by id", `/v1/jobs/${beta.job_id}`, `/v1/jobs/${unknown(beta.job_id)}`],
  [
    "backups by the name of a workload",
    "/v1/backups?filter=workload%3Dbeta-db-7",
    "/v1/backups?filter=workload%3Dzeta-db-7",
  ],
];

for (const [what, theirs, nobodys] of routes) {
  test(`time does not tell whether ${what} is another tenant's or nobody's`, async (t) => {
    const [foreign = [], missing = []] = await measure([get(theirs), get(nobodys)], ROUNDS);
    const found = leaning(foreign, missing);
    const bound = LEANING_MAX(ROUNDS);
    const slower = foreign.map((ms) => ms * SLOWER);
    t.diagnostic(`leaning ${found.toFixed(3)}, bound ${bound.toFixed(3)}`);
    assert.ok(Math.abs(found) <= bound, `a foreign one leans by ${found}, bound ${bound}`);
    if (leaning(slower, missing) <= bound)
      t.skip("the machine is too busy: a fifth more time would not be seen either");
  });
}

test("time does not tell whether a name has an account", async (t) => {
  const password = "correct horse battery staple";
  await createUser(
    api.database.db,
    { name: "rahim", kind: "local", password },
    {
      clock: systemClock,
      random: systemRandom,
    },
  );
  const rounds = Math.max(20, Math.round(ROUNDS / 15)); // argon2 takes its time, as it should
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const at of [round % 2, (round + 1) % 2] as const) {
      await api.database.db.updateTable("users").set({ failed_count: 0, locked_until: null }).execute();
      const name = at === 0 ? "rahim" : "nobody";
      const started_ms = performance.now();
      const { status } = await api.call("POST", "/v1/session", { token: null, body: { name, password: "wrong" } });
      times[at]?.push(performance.now() - started_ms);
      assert.equal(status, 401);
    }
  }
  const found = leaning(times[0], times[1]);
  const bound = LEANING_MAX(rounds);
  t.diagnostic(`leaning ${found.toFixed(3)}, bound ${bound.toFixed(3)}`);
  assert.ok(Math.abs(found) <= bound, `an account leans by ${found}, bound ${bound}`);
});
