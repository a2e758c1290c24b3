import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "node:test";
import { newId, systemClock, systemRandom } from "../../base/index.ts";
import { OTHER_PROJECTS, withProjects } from "../../control/monitoring/index.ts";
import { testApi } from "./testing.ts";

const DOCS = fileURLToPath(new URL("../../../docs/monitoring/", import.meta.url));
const HAS_PROMTOOL = spawnSync("promtool", ["--version"]).status === 0;
const skip = HAS_PROMTOOL ? false : "promtool of Debian's package prometheus is not installed";

const api = await testApi();
const { db } = api.database;
const id = (prefix: Parameters<typeof newId>[0]) => newId(prefix, systemClock, systemRandom);

for (const name of ["here", "there"]) {
  const body = { name, country: "BD", store: { kind: "fs", path: `${api.dir}/${name}` } };
  assert.equal((await api.call("POST", "/v1/regions", { body })).status, 201);
}
const alpha = await tenant("alpha");
await tenant("beta");
const scrape = async (token: string) => (await api.call("GET", "/metrics", { token })).body as string;

/** A project with a tagged workload that no policy takes, a backup with its copy, and runs of a day. */
async function tenant(name: string): Promise<string> {
  const project = (await api.call("POST", "/v1/projects", { body: { name, region: "here" } })).body;
  const source = { kind: "files", paths: ["/srv"] };
  const entered = { name: `${name}-db`, project: name, type: "host", source, tags: { tier: "tier-1" } };
  const workload = (await api.call("POST", "/v1/workloads", { body: entered })).body;
  const made = (await api.call("POST", "/v1/tokens", { body: { name: `${name}-scraper` } })).body;
  const grant = { subject_type: "token", subject: made.id, role: "baas.admin", project: name };
  assert.equal((await api.call("POST", "/v1/bindings", { body: grant })).status, 201);
  const now = new Date();
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  const { body: there } = await api.call("GET", "/v1/regions/there");
  const repository_id = id("rpo");
  const place = { project_id: project.id, region_id: project.region_id };
  await db
    .insertInto("repositories")
    .values({
      ...place,
      id: repository_id,
      repository_id: name,
      store_prefix: name,
      cmk_id: "k",
      created_at: now,
      used_bytes: 2e9,
    })
    .execute();
  const backup = { ...place, id: id("bkp"), workload_id: workload.id, repository_id, state: "AVAILABLE" as const };
  const sizes = { source_bytes: 8e9, stored_bytes: 2e9, created_at: ago(4000), completed_at: ago(3000) };
  await db
    .insertInto("backups")
    .values({ ...backup, ...sizes })
    .execute();
  const copy = { id: id("cpy"), backup_id: backup.id, region_id: there.id, repository_id, created_at: now };
  await db
    .insertInto("copies")
    .values({ ...copy, state: "PENDING" })
    .execute();
  for (const [state, ended] of [
    ["SUCCEEDED", 100],
    ["SUCCEEDED", 200],
    ["FAILED", 300],
    ["FAILED", 90_000],
  ] as const) {
    const times = {
      run_after: ago(ended + 30),
      created_at: ago(ended + 30),
      started_at: ago(ended + 20),
      updated_at: now,
    };
    const of = { project_id: project.id, workload_id: workload.id, input: "{}", finished_at: ago(ended) };
    await db
      .insertInto("jobs")
      .values({ id: id("job"), kind: "backup", state, ...times, ...of })
      .execute();
  }
  return made.secret;
}

function value(text: string, series: string): number {
  const line = text.split("\n").find((it) => it.startsWith(`${series} `));
  assert.ok(line !== undefined, `${series} is not in\n${text}`);
  return Number(line.slice(series.length + 1));
}

test("each figure of the operations guide is there, and is what the records say", async () => {
  const text = await scrape(api.admin_token);
  assert.equal(value(text, 'baas_backups_24h_success_count{project="alpha"}'), 2);
  assert.equal(value(text, 'baas_backups_24h_failure_count{project="alpha"}'), 1);
  assert.equal(value(text, 'baas_policy_workloads_uncovered{project="alpha"}'), 1);
  assert.equal(value(text, 'baas_storage_gb_consumed{project="alpha",region="here"}'), 2);
  assert.ok(value(text, 'baas_restore_last_test_age_days{project="alpha",class="tier-1"}') < 0.1);
  const lag = value(text, 'baas_cross_region_lag_seconds{from_region="here",to_region="there"}');
  assert.ok(lag >= 3000 && lag < 3100, String(lag));
  assert.equal(value(text, 'baas_cross_region_failures_24h{from_region="here",to_region="there"}'), 0);
  assert.equal(value(text, 'baas_dedup_ratio{project="alpha",region="here"}'), 4);
  assert.equal(value(text, 'baas_job_duration_24h_seconds{kind="backup",percentile="50"}'), 20);
  assert.equal(value(text, 'baas_job_wait_24h_seconds{kind="backup",percentile="95"}'), 10);
  assert.match(
    text,
    /baas_http_request_duration_seconds_bucket\{le="0.15",method="POST",noun="projects",status="2xx"\} 2/,
  );
});

test("a tenant's scrape holds its own figures and nothing of others, nor of the process", async () => {
  const text = await scrape(alpha);
  assert.equal(value(text, 'baas_backups_24h_success_count{project="alpha"}'), 2);
  assert.equal(value(text, 'baas_cross_region_pending{from_region="here",to_region="there"}'), 1);
  assert.doesNotMatch(text, /beta|baas_http|baas_scheduler|process_/);
  const { status } = await api.call("GET", "/metrics", { token: await api.token(["*:read"]) });
  assert.equal(status, 403, "no wildcard of a verb reaches metrics");
  assert.equal((await api.call("GET", "/metrics", { token: await api.token(["metrics:read"]) })).status, 200);
});

test("projects beyond the bound share one label: counts add up, of ages the worst stays", () => {
  const rows = [1, 2, 3].map((n) => ({ project_id: `prj_${n}`, value: n }));
  const family = { name: "baas_x", help: "x", label_names: [], rows };
  const of = (fold: "sum" | "max") => withProjects({ ...family, fold }, new Map([["prj_1", "one"]])).samples;
  assert.deepEqual(of("sum"), [
    { labels: { project: "one" }, value: 1 },
    { labels: { project: OTHER_PROJECTS }, value: 5 },
  ]);
  assert.equal(of("max")[1]?.value, 3);
});

test("dashboard and alert rules speak of metrics that exist", async () => {
  const text = await scrape(api.admin_token);
  const known = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name as string));
  for (const file of ["alerts.yml", "grafana-dashboard.json"]) {
    for (const [name] of readFileSync(`${DOCS}${file}`, "utf8").matchAll(/\bbaas_[a-z0-9_]+/g)) {
      assert.ok(known.has(name.replace(/_(bucket|count|sum)$/, "")) || known.has(name), `${file}: ${name}`);
    }
  }
});

test("promtool finds nothing wrong with the rules, their tests and what is scraped", { skip }, async () => {
  const tool = (args: readonly string[], input = "") => {
    const { status, stdout, stderr } = spawnSync("promtool", args, { cwd: DOCS, input, encoding: "utf8" });
    return { status, said: `${stdout}${stderr}`.trim() };
  };
  for (const args of [
    ["check", "rules", "alerts.yml"],
    ["test", "rules", "alerts.test.yml"],
  ]) {
    const { status, said } = tool(args);
    assert.equal(status, 0, said);
  }
  // The names of the operations guide stand, though they are not what the linter would have chosen.
  const published = /^baas_(backups_24h_|restore_last_test_age_days|storage_gb_consumed)/;
  const findings = tool(["check", "metrics"], await scrape(alpha)).said.split("\n");
  assert.deepEqual(
    findings.filter((line) => !published.test(line)),
    [],
  );
});
