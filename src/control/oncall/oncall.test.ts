import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { SMTPServer } from "smtp-server";
import { systemRandom } from "../../base/index.ts";
import { readSecret } from "../../platform/config/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { acknowledgeAlert, createEvaluator, noteBreaches } from "../alerting/index.ts";
import type { Fact, FactSource } from "../alerting/index.ts";
import {
  addChannel,
  addOverride,
  channelFacts,
  deliverDue,
  pageDue,
  removeChannel,
  saveOncall,
  testChannel,
} from "./index.ts";

const databases = testDatabases();
const MINUTE_MS = 60_000;

interface Got {
  readonly path: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A real HTTP server that keeps what it gets, and answers what it is told to. */
async function sink(t: TestContext) {
  const got: Got[] = [];
  const state = { status: 200, got, url: "" };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      got.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(state.status).end(state.status === 200 ? "ok" : "no");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

async function mailbox(t: TestContext) {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onAuth: ({ username, password }, _session, done) =>
      done(password === "s3cret" ? null : new Error("wrong"), { user: username }),
    onData: (stream, _session, done) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        mails.push(Buffer.concat(parts).toString());
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  t.after(() => new Promise<void>((resolve) => server.close(resolve)));
  return { mails, port: (server.server.address() as AddressInfo).port };
}

async function rig(t: TestContext) {
  const { db } = await databases.create();
  const dir = await mkdtemp(join(tmpdir(), "holdfast-oncall-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, "secret"), "s3cret\n");
  let now_ms = Date.parse("2026-05-11T08:00:00Z");
  const clock = { now_ms: () => now_ms, monotonic_ms: () => now_ms, sleep: async () => {} };
  const ports = { db, clock, random: systemRandom, log: silentLogger, readSecret: (ref: string) => readSecret(ref) };
  const facts: Fact[] = [];
  const source: FactSource = { name: "by hand", rules: ["backup_failed"], load: async () => facts };
  const evaluate = createEvaluator([source, channelFacts], ports);
  return {
    ...ports,
    facts,
    secret_ref: `file:${join(dir, "secret")}`,
    pass: (ms: number) => void (now_ms += ms),
    /** What the server does every other second. */
    async look() {
      await evaluate();
      await noteBreaches(db, ports);
      await pageDue(db, ports);
      await deliverDue(ports);
    },
  };
}

const fact: Fact = {
  rule: "backup_failed",
  cause: "w",
  severity: 1,
  project_id: null,
  subject: "w",
  summary: "the backup of <db-1> failed",
  members: ["db-1"],
};

test("each kind of channel says it in the words of its service, and that it is over", async (t) => {
  const it = await rig(t);
  const [hook, slack, duty, manager] = [await sink(t), await sink(t), await sink(t), await sink(t)];
  const mail = await mailbox(t);
  const { secret_ref } = it;
  await addChannel(it.db, { name: "hook", kind: "webhook", config: { url: `${hook.url}/in` }, secret_ref }, it);
  await addChannel(it.db, { name: "slack", kind: "slack", config: { url: `${slack.url}/T1` } }, it);
  await addChannel(
    it.db,
    { name: "duty", kind: "pagerduty", config: { url: `${duty.url}/v2/enqueue` }, secret_ref },
    it,
  );
  await addChannel(it.db, { name: "manager", kind: "alertmanager", config: { url: manager.url } }, it);
  const config = {
    host: "127.0.0.1",
    port: mail.port,
    user: "holdfast",
    from: "backup@example.org",
    to: ["ops@example.org"],
  };
  await addChannel(it.db, { name: "mail", kind: "email", config, secret_ref }, it);
  it.facts.push(fact);
  await it.look();
  await it.look();
  const { id } = await it.db.selectFrom("alerts").select("id").executeTakeFirstOrThrow();

  assert.equal(hook.got.length, 1, "one cause, one page");
  const [, seconds = "", v1 = ""] =
    /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(hook.got[0]?.headers["x-holdfast-signature"])) ?? [];
  assert.equal(v1, createHmac("sha256", "s3cret").update(`${seconds}.${hook.got[0]?.body}`).digest("hex"));
  assert.equal(JSON.parse(hook.got[0]?.body ?? "").alert.id, id);
  assert.match(slack.got[0]?.body ?? "", /&lt;db-1&gt;/);
  const trigger = JSON.parse(duty.got[0]?.body ?? "");
  assert.deepEqual(
    [duty.got[0]?.path, trigger.routing_key, trigger.event_action, trigger.dedup_key, trigger.payload.severity],
    ["/v2/enqueue", "s3cret", "trigger", id, "critical"],
  );
  const [firing] = JSON.parse(manager.got[0]?.body ?? "");
  assert.deepEqual(
    [manager.got[0]?.path, firing.labels.alertname, firing.labels.alert_id],
    ["/api/v2/alerts", "Holdfast_backup_failed", id],
  );
  assert.ok(Date.parse(firing.endsAt) > it.clock.now_ms());
  assert.match(mail.mails[0] ?? "", /Subject: \[SEV 1\] the backup of <db-1> failed/);
  assert.match(mail.mails[0] ?? "", /To: ops@example\.org/);
  const timer = await it.db
    .selectFrom("alert_timers")
    .selectAll()
    .where("step", "=", "alert")
    .executeTakeFirstOrThrow();
  assert.ok(timer.met_at !== null, "told within the hour");

  it.facts.length = 0;
  await it.look();
  assert.equal(JSON.parse(duty.got[1]?.body ?? "").event_action, "resolve");
  assert.ok(Date.parse(JSON.parse(manager.got[1]?.body ?? "")[0].endsAt) <= it.clock.now_ms());
  assert.match(mail.mails[1] ?? "", /Subject: \[RESOLVED\]/);
  await it.look();
  assert.equal(hook.got.length, 2);
  const kept = JSON.stringify(await it.db.selectFrom("channels").selectAll().execute());
  assert.ok(!kept.includes("s3cret"), "secrets are named, not kept");
});

test("the next person is paged when nobody takes it, and nobody after somebody did; a breach goes to all", async (t) => {
  const it = await rig(t);
  const [ada, bob, boss] = [await sink(t), await sink(t), await sink(t)];
  for (const [name, { url }] of Object.entries({ ada, bob, boss })) {
    await addChannel(it.db, { name: `${name}-pager`, kind: "slack", config: { url } }, it);
  }
  const people = ["ada", "bob", "boss"].map((name) => ({ name, channels: [`${name}-pager`] }));
  const rotations = [
    { name: "primary", start: "2026-05-11", handover: "00:00", layers: [{ members: ["ada", "bob"] }] },
  ];
  const steps = [
    { notify: ["rotation:primary"], after: "10m" },
    { notify: ["next:primary"], after: "10m" },
    { notify: ["person:boss"], after: "10m" },
  ];
  await assert.rejects(
    saveOncall(it.db, { people, rotations: [{ ...rotations[0], layers: [{ members: ["eve"] }] }] }, "t", it),
    /no person eve/,
  );
  await saveOncall(it.db, { people, rotations, escalation: [{ steps, repeat: 0 }] }, "test", it);
  const counts = () => [ada.got.length, bob.got.length, boss.got.length];
  it.facts.push(fact);
  await it.look();
  assert.deepEqual(counts(), [1, 0, 0]);
  it.pass(9 * MINUTE_MS);
  await it.look();
  assert.deepEqual(counts(), [1, 0, 0]);
  it.pass(2 * MINUTE_MS);
  await it.look();
  assert.deepEqual(counts(), [1, 1, 0]);
  const { id } = await it.db.selectFrom("alerts").select("id").executeTakeFirstOrThrow();
  await acknowledgeAlert(it.db, id, { who: "bob" }, it);
  it.pass(60 * MINUTE_MS);
  await it.look();
  assert.deepEqual(counts(), [1, 1, 0], "taken");
  it.pass(180 * MINUTE_MS);
  await it.look();
  await it.look();
  assert.deepEqual(counts(), [2, 2, 1], "the customer should have been told by now");
  assert.match(boss.got[0]?.body ?? "", /customer was due/);

  it.facts.length = 0;
  await it.look();
  const now = it.clock.now_ms();
  await addOverride(
    it.db,
    { rotation: "primary", person: "boss", from: new Date(now), until: new Date(now + 60 * MINUTE_MS) },
    "test",
    it,
  );
  const before = counts();
  it.facts.push(fact);
  await it.look();
  assert.deepEqual(
    counts().map((count, i) => count - (before[i] ?? 0)),
    [0, 0, 1],
    "the override has it",
  );
  await assert.rejects(removeChannel(it.db, "ada-pager", it), { code: "ONCALL_CONFIG_INVALID" });
});

test("a dead channel is retried, then told of over another one, and alerts find the way around it", async (t) => {
  const it = await rig(t);
  const [dead, alive] = [await sink(t), await sink(t)];
  dead.status = 503;
  await addChannel(it.db, { name: "a-dead", kind: "slack", config: { url: dead.url } }, it);
  await addChannel(it.db, { name: "b-alive", kind: "slack", config: { url: alive.url } }, it);
  await saveOncall(
    it.db,
    { people: [{ name: "ada", channels: ["a-dead"] }], escalation: [{ steps: [{ notify: ["person:ada"] }] }] },
    "t",
    it,
  );
  it.facts.push(fact);
  await it.look();
  assert.deepEqual([dead.got.length, alive.got.length], [1, 0]);
  for (const minutes of [1, 2, 3]) {
    it.pass(minutes * MINUTE_MS);
    await it.look();
  }
  await it.look();
  assert.ok(dead.got.length >= 3, "it is tried again");
  const about = alive.got.map(({ body }) => body).filter((body) => body.includes("a-dead does not deliver"));
  assert.equal(about.length, 1, "told once, by the other channel");
  it.pass(15 * MINUTE_MS);
  await it.look();
  assert.ok(
    alive.got.some(({ body }) => body.includes("db-1")),
    "what ada did not get, the other channel got",
  );
  const { last_error } = await it.db
    .selectFrom("channels")
    .select("last_error")
    .where("name", "=", "a-dead")
    .executeTakeFirstOrThrow();
  assert.match(last_error ?? "", /answers 503: no/);

  dead.status = 200;
  await testChannel(it.db, "a-dead", it);
  await it.look();
  await it.look();
  const channel = await it.db
    .selectFrom("alerts")
    .select("state")
    .where("rule", "=", "channel_failed")
    .executeTakeFirstOrThrow();
  assert.equal(channel.state, "RESOLVED");
  await assert.rejects(
    addChannel(it.db, { name: "x", kind: "webhook", config: { url: "http://x" } }, it),
    /needs a secret/,
  );
  await assert.rejects(addChannel(it.db, { name: "x", kind: "slack", config: { url: "ftp://x" } }, it), {
    code: "CHANNEL_CONFIG_INVALID",
  });
  await assert.rejects(
    addChannel(it.db, { name: "x", kind: "webhook", config: { url: "http://x" }, secret_ref: "hunter2" }, it),
    /secret_ref/,
  );
});
