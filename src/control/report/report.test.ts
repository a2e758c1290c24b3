import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, createPublicKey } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { compactVerify, importJWK } from "jose";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { createDrillPlan, planDrills, requestDrill } from "../drill/index.ts";
import { lazySigner } from "../evidence/index.ts";
import { createProject } from "../inventory/index.ts";
import {
  dueReports,
  listReportFiles,
  planReports,
  readReportFile,
  requestReport,
  verifyArchive,
  verifyReport,
} from "./index.ts";

const databases = testDatabases();
const DAY_MS = 86_400_000;

test("reports of a drill, a month, a quarter and a window: pages, tables, signed figures, an archive with an index", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a.bin"), it.random.bytes(100_000));
  await it.workload("web-1", [source], { tier: "1", "backup-policy": "standard-daily" });
  await it.workload("bare-1", [source]);
  await createProject(it.db, { name: "drills", region: "bd-dha-1", sandbox: true }, it);
  await it.run();
  await it.backUp("web-1");
  const drilled = await requestDrill(it.db, { workload: "web-1", sandbox: "drills", owner: "ops" }, it);
  await it.ended(drilled.job_id);
  const window = { from: new Date(it.clock.now_ms() - 80 * DAY_MS), to: new Date(it.clock.now_ms() + DAY_MS) };
  const signer = await lazySigner(it)();
  const key = await importJWK(signer.public_key, "EdDSA");
  const make = async (kind: "drill" | "attestation" | "health" | "integrity" | "compliance") => {
    const wanted = {
      kind,
      project_id: it.project.id,
      drill_id: kind === "drill" ? drilled.drill_id : null,
      ...window,
      by: "test",
    };
    const { report_id, job_id } = await withTransaction(it.db, (tx) => requestReport(tx, wanted, it));
    const job = await it.ended(job_id);
    assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
    const files = await listReportFiles(it.db, report_id);
    const read = async (name: string) => (await readReportFile(it.db, report_id, name)).content;
    const keep = process.env["KEEP_REPORTS"];
    if (keep !== undefined) await writeFile(join(keep, `${kind}.pdf`), await read("report.pdf"));
    const text = execFileSync("pdftotext", ["-layout", "-", "-"], {
      input: await read("report.pdf"),
      encoding: "utf8",
    });
    return { files, read, text };
  };

  const drill = await make("drill");
  assert.match(drill.text, /Restore drill: web-1/);
  assert.match(drill.text, /Contents by checksum +passed +1 file, 97.7 KiB read twice/);
  assert.match(drill.text, /None: nothing was found that has to be mended/);
  const { payload } = await compactVerify(await drill.read("report.jws"), key);
  const claims = JSON.parse(Buffer.from(payload).toString());
  for (const { name, sha256 } of claims.files as { name: string; sha256: string }[]) {
    assert.equal(
      createHash("sha256")
        .update(await drill.read(name))
        .digest("hex"),
      sha256,
      name,
    );
  }
  assert.equal(claims.figures[0].value, "Passed");
  assert.ok(createPublicKey({ key: signer.public_key as never, format: "jwk" }));

  const attestation = await make("attestation");
  assert.match(attestation.text, /50 %/);
  assert.match(attestation.text, /bare-1 +acme +host +no policy selects it/);
  assert.match(
    (await attestation.read("workloads.csv")).toString(),
    /^Workload,Project,Policy,Last success,Proof of restore\r\nweb-1,acme,standard-daily,/,
  );
  const health = await make("health");
  assert.match(health.text, /1 drill ended, of which 1 restored/);
  assert.match(health.text, /Backup health[\s\S]*Tier-1 +1 +1 +1 +0/);
  assert.match((await make("integrity")).text, /No day of the window has been accounted for/);

  const compliance = await make("compliance");
  assert.match(
    compliance.text,
    /What this package holds[\s\S]*drills\.json +Restore drills with steps, validations, findings +1 /,
  );
  const archive = join(it.dir, "compliance.tar.gz");
  await writeFile(archive, await compliance.read("compliance.tar.gz"));
  const names = execFileSync("tar", ["-tzf", archive], { encoding: "utf8" }).trim().split("\n");
  for (const name of ["index.json", "index.jws", "drills.json", "policies.json", "evidence.json", "report.pdf"])
    assert.ok(names.includes(name), name);
  const index = JSON.parse(execFileSync("tar", ["-xzOf", archive, "index.json"], { encoding: "utf8" }));
  for (const { name, sha256 } of index.files) {
    const content = execFileSync("tar", ["-xzOf", archive, name], { maxBuffer: 1 << 28 });
    assert.equal(createHash("sha256").update(content).digest("hex"), sha256, name);
  }

  // Offline, with nothing but the files: what was signed holds, and whatever was done to a copy is named.
  const pin = { fingerprint: signer.fingerprint };
  const found = (verdict: { findings: readonly { code: string }[] }) => verdict.findings.map(({ code }) => code);
  const jws = (await drill.read("report.jws")).toString();
  const whole = await verifyReport(jws, (name) => drill.read(name), pin);
  assert.deepEqual([whole.ok, whole.pinned, whole.files_missing, whole.claims["kind"]], [true, true, [], "drill"]);
  assert.ok(whole.files_checked > 3);
  const altered = await verifyReport(jws, async () => Buffer.from("another"), pin);
  assert.equal(found(altered).filter((code) => code === "FILE_ALTERED").length, whole.files_checked);
  const [head = "", body = "", signature = ""] = jws.split(".");
  const forged = Buffer.from(Buffer.from(body, "base64url").toString().replace("Passed", "Failed")).toString(
    "base64url",
  );
  assert.deepEqual(found(await verifyReport([head, forged, signature].join("."), async () => undefined, pin)), [
    "SIGNATURE",
  ]);
  assert.deepEqual(found(await verifyReport(jws, async () => undefined, { fingerprint: "other" })), ["KEY_DIFFERS"]);
  const pack = async (change: string) => {
    const copy = join(it.dir, "copy");
    execFileSync("sh", [
      "-ec",
      `rm -rf ${copy}; mkdir ${copy}; tar -xzf ${archive} -C ${copy}; cd ${copy}; ${change}; tar --format=ustar -czf ../copy.tar.gz *`,
    ]);
    return found(await verifyArchive(await readFile(join(it.dir, "copy.tar.gz")), pin));
  };
  assert.deepEqual(found(await verifyArchive(await readFile(archive), pin)), []);
  assert.deepEqual(await pack("true"), []);
  assert.deepEqual(await pack("echo {} > drills.json"), ["FILE_ALTERED"]);
  assert.deepEqual(await pack("rm drills.json"), ["FILE_MISSING"]);
  assert.deepEqual(await pack("echo more > more.json"), ["FILE_EXTRA"]);
  assert.deepEqual(await pack("sed -i s/acme/acne/ index.json"), ["FILE_ALTERED"]);
  await assert.rejects(verifyArchive(Buffer.from("no archive"), pin), { code: "REPORT_INVALID" });
});

test("over a simulated quarter every drill and report due happens once, after a stop in the middle, too", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a.txt"), "small");
  const start_ms = Date.parse("2026-07-01T00:00:00Z");
  let now_ms = start_ms;
  const ports = { ...it, clock: { ...it.clock, now_ms: () => now_ms } };
  await it.db
    .updateTable("projects")
    .set({ created_at: new Date(start_ms) })
    .execute();
  await it.workload("web-1", [source], { tier: "1", "backup-policy": "standard-daily" });
  await createProject(it.db, { name: "drills", region: "bd-dha-1", sandbox: true }, ports);
  const plan = (name: string, every: string) =>
    withTransaction(it.db, (tx) => {
      const spec = { select: { classes: ["tier-1"] }, cadence: { every, week: 3 }, sandbox: "drills", owner: "ops" };
      return createDrillPlan(tx, { name, spec, by: "test" }, ports);
    });
  await plan("monthly", "monthly");
  await plan("biweekly", "biweekly");
  // Twice a day, once of it when drills are due.
  for (now_ms += 9 * 3_600_000; now_ms < Date.parse("2026-10-02T00:00:00Z"); now_ms += DAY_MS / 2) {
    // Nobody looks for the month of August; two servers look at once otherwise.
    const stopped = now_ms > Date.parse("2026-08-01T00:00:00Z") && now_ms < Date.parse("2026-09-01T00:00:00Z");
    if (stopped) continue;
    await Promise.all([planDrills(it.db, ports), planDrills(it.db, ports)]);
    await Promise.all([planReports(it.db, ports), planReports(it.db, ports)]);
  }
  const dues = await it.db
    .selectFrom("drill_dues")
    .innerJoin("drill_plans", "drill_plans.id", "drill_dues.plan_id")
    .select(["name", "outcome", "due_at"])
    .orderBy("name")
    .orderBy("due_at")
    .execute();
  const outcomes = (name: string) => dues.filter((it) => it.name === name).map(({ outcome }) => outcome);
  assert.deepEqual(outcomes("monthly"), ["STARTED", "MADE_UP", "STARTED"]);
  assert.equal(outcomes("biweekly").length, 7);
  assert.equal(outcomes("biweekly").filter((outcome) => outcome === "COVERED_BY").length, 2);
  const drills = await it.db.selectFrom("drills").select(["due_at"]).execute();
  assert.equal(drills.length, dues.filter(({ outcome }) => outcome !== "COVERED_BY").length);
  const reports = await it.db
    .selectFrom("reports")
    .select(["kind", "period"])
    .where("drill_id", "is", null)
    .orderBy("period")
    .execute();
  assert.deepEqual(
    reports.map(({ kind, period }) => `${kind} ${period}`),
    ["attestation 2026-07", "attestation 2026-08", "attestation 2026-09", "health 2026-Q3"],
  );
});

test("months and quarters that ended since the beginning", () => {
  const due = dueReports(new Date("2026-02-10T00:00:00Z"), new Date("2026-07-01T00:00:00Z"));
  assert.deepEqual(
    due.map(({ kind, period }) => `${kind} ${period}`),
    [
      "attestation 2026-02",
      "attestation 2026-03",
      "health 2026-Q1",
      "attestation 2026-04",
      "attestation 2026-05",
      "attestation 2026-06",
      "health 2026-Q2",
    ],
  );
});
