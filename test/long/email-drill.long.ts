/**
 * The whole email platform is drilled on a real server, which is killed in the middle of it: everything comes up in the
 * sandbox, nobody who unsubscribed since can be mailed from it, and nothing is left. With HOLDFAST_KEEP_REPORTS=FOLDER
 * the pages of its report are kept, to be looked at.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { needsMaria } from "../../src/engine/source/mariadb/testing/server.ts";
import { needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { Installation, type Printed } from "../e2e/installation.ts";
import { startPlatform } from "./email-platform/platform.ts";

const KEEP = process.env["HOLDFAST_KEEP_REPORTS"];

interface Drill {
  readonly id: string;
  readonly state: string;
  readonly rto_seconds: number;
  readonly rpo_seconds: number;
  readonly validations: readonly { readonly name: string; readonly passed: boolean; readonly detail: string }[];
  readonly steps: readonly { readonly name: string }[];
}
const drillIn = (printed: Printed) => printed as unknown as Drill;

test("kill -9 while the platform's servers run in the sandbox: the drill comes to its end, and leaves nothing", {
  skip: needsPostgres || needsMaria,
  timeout: 900_000,
}, async (t) => {
  const it = new Installation(t, "email-drill");
  await using platform = await startPlatform(it.dir);
  const { cluster, server, source } = platform;
  const env = { BAAS_SCHEDULE_TICK_SECONDS: "1" };
  await it.start(env);
  await it.ok("project", "create", "sandbox", "--region", "bd-dha-1", "--sandbox");
  // Asked for some time, so that there is time to kill.
  const slow = { kind: "sql", name: "slow", sql: "SELECT pg_sleep(10)::text" };
  const [postgresql, ...others] = source.parts;
  const parts = [{ ...postgresql, health: [slow] }, ...others];
  const add = ["workload", "add", "mail", "--project", "default", "--type", "application", "--tag", "tier=1"];
  await it.ok(...add, "--source", JSON.stringify({ ...source, parts }));
  await it.until("the logs are streamed", async () => {
    const shown = (await it.ok("application", "status", "mail")) as unknown as {
      parts: readonly { rpo_by: string }[];
      suppressions: { state: string } | null;
    };
    return (
      shown.parts.filter(({ rpo_by }) => rpo_by === "log").length === 2 && shown.suppressions?.state === "STREAMING"
    );
  });
  await it.ok("backup", "run", "--workload", "mail");
  // They unsubscribe after the backup: the logs lead there, and the suppression log does in any case.
  await cluster.sql("INSERT INTO suppressions (address) VALUES ('late@example.net')");
  await server.sql(
    "UPDATE mailwizz.mw_list_subscriber SET status = 'unsubscribed', last_updated = UTC_TIMESTAMP() WHERE email = 's7@example.net'",
  );
  const before = (await it.ok("workload", "list")).items.length;

  const drills = join(it.data, "restores", "drills");
  const servers = /\/postgres .*drills\/|\/mariadbd .*drills\/.*--socket/;
  // What only makes a new server's tables ends by itself.
  const running = () => it.processes().filter((line) => servers.test(line) && !line.includes("--bootstrap"));
  await it.ok("drill", "run", "--workload", "mail", "--sandbox", "sandbox", "--owner", "ops@example.net", "--detach");
  await it.until("both servers run in the sandbox", async () => running().length === 2);
  await it.kill();
  assert.equal(running().length, 2, `they outlive the server: ${it.processes().join("\n")}`);
  await it.start(env);
  await it.until("the drill has ended", async () => {
    const jobs = (await it.jobs()).filter(({ kind }) => kind === "drill");
    return jobs.length === 1 && jobs.every(({ finished_at }) => finished_at !== null);
  });
  assert.deepEqual([running(), readdirSync(drills)], [[], []]);
  const [listed] = (await it.ok("drill", "list")).items;
  const drill = drillIn(await it.ok("drill", "show", String(listed?.id)));
  assert.equal(drill.state, "PASSED", JSON.stringify(drill));
  const named = new Map(drill.validations.map((each) => [each.name, each]));
  for (const name of [
    "postgresql: the server runs",
    "mailwizz-db: the server runs",
    "mailwizz-files: contents by checksum",
    "powermta: contents by checksum",
    "powermta: configuration and DKIM keys",
    "mailwizz-files: the program is there",
  ])
    assert.equal(named.get(name)?.passed, true, `${name} of ${[...named.keys()].join(", ")}`);
  assert.ok(drill.rto_seconds > 0 && drill.rpo_seconds >= 0 && drill.rpo_seconds < 600, JSON.stringify(drill));
  assert.equal((await it.ok("workload", "list")).items.length, before, "nothing of it is in the inventory");
  t.diagnostic(`RTO ${drill.rto_seconds} s, RPO ${drill.rpo_seconds} s; ${drill.validations.length} validations`);

  let report: Printed | undefined;
  await it.until("its report is made", async () => {
    report = (await it.ok("report", "list", "--kind", "drill")).items.find(({ state }) => state === "READY");
    return report !== undefined;
  });
  const out = join(it.dir, "report");
  await it.ok("report", "get", String(report?.id), "--output", out);
  const pdf = join(out, "report.pdf");
  const text = execFileSync("pdftotext", ["-layout", pdf, "-"]).toString();
  assert.match(text, /Restore drill: mail/);
  for (const part of ["postgresql", "mailwizz-db", "mailwizz-files", "powermta"]) assert.match(text, new RegExp(part));
  assert.match(text, /suppression log was applied/);
  if (KEEP !== undefined) copyFileSync(pdf, join(KEEP, "drill-mail.pdf"));
  await it.stop();
});
