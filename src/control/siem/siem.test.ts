/** Against receivers that speak real TLS, with a certificate that openssl made. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { createServer as createTls, type TLSSocket } from "node:tls";
import { systemClock, systemRandom } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { appendAudits, type NewAuditEntry } from "../audit/index.ts";
import { cef, createSink, deliverAudit, getSink, ocsf } from "./index.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom, readSecret: async () => "the-secret" };
const dir = mkdtempSync(join(tmpdir(), "holdfast-siem-"));
const [key, ca_file] = [join(dir, "key.pem"), join(dir, "cert.pem")];
const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split(
  " ",
);
const names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", ca_file];
execFileSync("openssl", [...words, ...names], { stdio: "ignore" });
const tls = { key: readFileSync(key), cert: readFileSync(ca_file) };
after(() => rmSync(dir, { recursive: true, force: true }));

async function listening<S extends Server>(server: S): Promise<[S, number]> {
  await new Promise<void>((done) => server.listen(0, "localhost", done));
  after(() => server.close());
  return [server, (server.address() as AddressInfo).port];
}

function entry(n: number, more: Partial<NewAuditEntry> = {}): NewAuditEntry {
  const who = { actor_kind: "user", actor_id: "usr_1", actor_name: `rahim|=\\${n}`, address: "192.0.2.7" };
  const what = { action: "delete_backup", method: "DELETE", path: "/v1/backups/bkp_1", outcome: "DONE" as const };
  const rest = { user_agent: "curl", project_id: "prj_1", subject: `bkp_${n}`, status: 202, request_id: `req_${n}` };
  return { ...who, ...what, ...rest, reason: "two\nlines", request: null, before: { n }, after: null, ...more };
}

async function fill(db: Db, from: number, until: number): Promise<void> {
  const all = Array.from({ length: until - from }, (_, at) => entry(from + at));
  await appendAudits(db, all, systemClock);
}

/** RFC 5425: `LENGTH SP MESSAGE`. */
function frames(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(" ", at);
    const length = Number(bytes.subarray(at, space).toString());
    found.push(bytes.subarray(space + 1, space + 1 + length).toString());
    at = space + 1 + length;
  }
  return found;
}

const sequenceIn = (text: string) => Number(/cn1=(\d+)/.exec(text)?.[1]);

test("syslog over TLS: every entry, in order, and what broke off comes again", async () => {
  const { db } = await databases.create();
  const received: number[] = [];
  let cut = 1;
  const [, port] = await listening(
    createTls(tls, (socket: TLSSocket) => {
      const parts: Buffer[] = [];
      socket.on("error", () => undefined);
      socket.on("data", (part: Buffer) => {
        parts.push(part);
        if (cut > 0 && cut-- > 0) socket.destroy(); // in the middle of the first batch
      });
      socket.on("end", () => {
        for (const text of frames(Buffer.concat(parts))) {
          assert.match(text, /^<110>1 \d{4}-.* holdfast - \d+ - \uFEFFCEF:0\|Holdfast\|Holdfast\|1\|delete_backup\|/);
          received.push(sequenceIn(text));
        }
      });
    }),
  );
  await fill(db, 0, 1200);
  const to = { kind: "syslog", host: "localhost", port, ca_file } as const;
  await createSink(db, { name: "arc", format: "cef", to, from_start: true }, "test", ports);
  assert.equal(await deliverAudit(db, ports), 0);
  const behind = await getSink(db, "arc");
  assert.deepEqual([behind.cursor, behind.backlog, behind.failures_in_row], [0, 1200, 1]);
  assert.match(behind.last_error ?? "", /did not take the entries/);
  assert.equal(await deliverAudit(db, ports), 0, "not before its time");
  await db
    .updateTable("siem_sinks")
    .set({ next_at: new Date(0) })
    .execute();
  assert.equal(await deliverAudit(db, ports), 1200);
  assert.deepEqual(
    received,
    Array.from({ length: 1200 }, (_, at) => at + 1),
  );
  const { cursor, backlog, failures_in_row, oldest_unsent_at } = await getSink(db, "arc");
  assert.deepEqual([cursor, backlog, failures_in_row, oldest_unsent_at], [1200, 0, 0, null]);
});

test("https: a refusal moves nothing; two senders at once send once; only what came later", async () => {
  const { db } = await databases.create();
  const bodies: string[] = [];
  let status = 503;
  const [, port] = await listening(
    createHttps(tls, (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        assert.equal(request.headers.authorization, "Bearer the-secret");
        if (status === 200) bodies.push(Buffer.concat(parts).toString());
        response.writeHead(status).end();
      });
    }) as unknown as Server,
  );
  await fill(db, 0, 10);
  const to = { kind: "https", url: `https://localhost:${port}/in`, ca_file } as const;
  await createSink(db, { name: "splunk", format: "ocsf", to, secret_ref: "env:X" }, "test", ports);
  await fill(db, 10, 15);
  await deliverAudit(db, ports);
  assert.match((await getSink(db, "splunk")).last_error ?? "", /answered 503/);
  status = 200;
  await db
    .updateTable("siem_sinks")
    .set({ next_at: new Date(0) })
    .execute();
  const sent = await Promise.all([deliverAudit(db, ports), deliverAudit(db, ports), deliverAudit(db, ports)]);
  assert.equal(
    sent.reduce((sum, count) => sum + count, 0),
    5,
  );
  const lines = bodies
    .join("")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map((it) => it.metadata.sequence),
    [11, 12, 13, 14, 15],
  );
  assert.deepEqual(
    [lines[0].class_uid, lines[0].activity_id, lines[0].type_uid, lines[0].status_id],
    [6003, 4, 600304, 1],
  );
  assert.equal(lines[0].actor.user.name, "rahim|=\\10");
});

test("nobody but a receiver that the authorities vouch for gets anything; plain http is refused", async () => {
  const { db } = await databases.create();
  let heard = 0;
  const [, port] = await listening(createTls(tls, (socket) => socket.on("data", () => heard++)));
  await fill(db, 0, 1);
  const to = { kind: "syslog", host: "localhost", port } as const;
  await createSink(db, { name: "stranger", format: "cef", to, from_start: true }, "test", ports);
  await deliverAudit(db, ports);
  assert.match((await getSink(db, "stranger")).last_error ?? "", /self-signed certificate/);
  assert.equal(heard, 0);
  const plain = { name: "plain", format: "ocsf", to: { kind: "https", url: "http://localhost/" } } as const;
  await assert.rejects(createSink(db, plain, "test", ports), { code: "SINK_INVALID" });
});

test("formats: nothing that an entry holds breaks out of its field; a refused sign-in is one", async () => {
  const { db } = await databases.create();
  const refused = {
    action: "sign_in",
    method: "POST",
    outcome: "REFUSED" as const,
    status: 401,
    address: "2001:db8::1",
  };
  await appendAudits(
    db,
    [entry(1, { action: "x|y", actor_name: "a=b cs1=c\nCEF:0|" }), entry(2, refused)],
    systemClock,
  );
  const [odd, sign_in] = await db.selectFrom("audit_log").selectAll().orderBy("sequence").execute();
  assert.ok(odd !== undefined && sign_in !== undefined);
  const line = cef(odd);
  assert.equal(line.split("\n").length, 1);
  assert.match(line, /^CEF:0\|Holdfast\|Holdfast\|1\|x\\\|y\|x\\\|y DONE\|3\|/);
  assert.match(line, /suser=a\\=b cs1\\=c\\nCEF:0\| /);
  assert.match(cef(sign_in), /\|6\|.* c6a2=2001:db8::1 /);
  const event = ocsf(sign_in);
  assert.deepEqual(
    [event["class_uid"], event["activity_id"], event["status_id"], event["severity_id"]],
    [3002, 1, 2, 3],
  );
});
