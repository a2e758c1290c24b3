import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { SMTPServer } from "smtp-server";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { addChannel, deliverDue } from "../oncall/index.ts";
import { deliverReports, planReports, subscribe } from "./index.ts";

const databases = testDatabases();

test("what is due by itself goes to who subscribed, once, with its pages; the mail server's no is tried again", async (t) => {
  const it = await installation(t, databases);
  const mails: string[] = [];
  let refuse = true;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, _session, done) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        if (refuse) return done(Object.assign(new Error("later, please"), { responseCode: 451 }));
        mails.push(Buffer.concat(parts).toString());
        return done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  let now_ms = Date.parse("2026-12-20T10:00:00Z");
  const ports = { ...it, clock: { ...it.clock, now_ms: () => now_ms } };
  const config = { host: "127.0.0.1", port, from: "holdfast@acme.example", to: ["board@acme.example"] };
  await addChannel(it.db, { name: "board", kind: "email", config }, ports);
  const wanted = { name: "board", channel: "board", project_id: it.project.id, by: "ops" };
  const kinds = ["attestation", "health", "compliance"] as const;
  await withTransaction(it.db, (tx) => subscribe(tx, { ...wanted, kinds }, ports));
  await assert.rejects(
    withTransaction(it.db, (tx) => subscribe(tx, { ...wanted, kinds }, ports)),
    { code: "REPORT_SUBSCRIPTION_EXISTS" },
  );
  await addChannel(it.db, { name: "pager", kind: "alertmanager", config: { url: "http://127.0.0.1:1" } }, ports);
  await assert.rejects(
    withTransaction(it.db, (tx) => subscribe(tx, { ...wanted, name: "pager", channel: "pager", kinds }, ports)),
    { code: "REPORT_SUBSCRIPTION_INVALID" },
  );

  now_ms = Date.parse("2027-01-01T06:00:00Z");
  await planReports(it.db, ports);
  await it.run({ clock: ports.clock });
  const own = await it.db
    .selectFrom("reports")
    .select(["kind", "period", "job_id"])
    .where("project_id", "=", it.project.id)
    .orderBy("kind")
    .execute();
  assert.deepEqual(
    own.map(({ kind, period }) => `${kind} ${period}`),
    ["attestation 2026-12", "compliance 2026-Q4", "health 2026-Q4"],
  );
  for (const { job_id } of own) assert.equal((await it.ended(job_id)).state, "SUCCEEDED");
  await it.db
    .updateTable("reports")
    .set({ finished_at: new Date(now_ms) })
    .execute();
  assert.equal(await deliverReports(it.db, ports), 3);
  assert.equal(await deliverReports(it.db, ports), 0, "each goes once");

  const delivering = { ...ports, readSecret: async () => "" };
  await deliverDue(delivering);
  assert.deepEqual(mails, []);
  refuse = false;
  now_ms += 120_000;
  await deliverDue(delivering);
  assert.equal(mails.length, 3);
  const attestation = mails.find((mail) => /filename="?workloads.csv/.test(mail)) ?? "";
  for (const name of ["report.pdf", "report.jws", "workloads.csv"])
    assert.match(attestation, new RegExp(`filename="?${name}`), name);
  assert.ok(mails.some((mail) => /filename="?compliance.tar.gz/.test(mail)));
  const states = await it.db.selectFrom("deliveries").select(["kind", "state"]).execute();
  assert.deepEqual(new Set(states.map(({ kind, state }) => `${kind} ${state}`)), new Set(["report SENT"]));
});
