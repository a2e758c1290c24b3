/** Jobs as traces: a real backup of real files, told to a collector that reads the protocol itself. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { systemClock } from "../../src/base/index.ts";
import { loadConfig } from "../../src/platform/config/index.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { silentLogger } from "../../src/platform/log/index.ts";
import { openTracer } from "../../src/platform/trace/index.ts";
import { installation } from "../../src/testing/installation.ts";
import { startCollector } from "./otlp.ts";

const databases = testDatabases();

test("a backup is a span with its steps and, within them, the engine's phases; a failed one says why", async (t) => {
  process.env["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment=test";
  process.env["OTEL_EXPORTER_OTLP_HEADERS"] = "x-tenant=backup";
  const collector = await startCollector();
  t.after(() => collector.close());
  const tracer = await openTracer(
    { endpoint: collector.url, instance: "inv_1" },
    { log: silentLogger, clock: systemClock },
  );
  const it = await installation(t, databases);
  const folder = join(it.dir, "files");
  mkdirSync(folder);
  for (let n = 0; n < 20; n++) writeFileSync(join(folder, `file-${n}`), `content ${n} `.repeat(1000));
  await it.workload("documents", [folder]);
  await it.workload("gone", [join(it.dir, "not-there")]);
  const runner = await it.run({ tracer });
  const job = await it.backUp("documents");
  await assert.rejects(it.backUp("gone"));
  await runner.drain(5000);
  await tracer.close();

  const { spans } = collector;
  const root = spans.find(({ attributes }) => attributes["holdfast.job.id"] === job.id);
  assert.ok(root, `no span of ${job.id}`);
  assert.deepEqual([root.name, root.parent_id, root.status], ["job backup", "", 0]);
  assert.equal(root.attributes["holdfast.job.state"], job.state);
  assert.deepEqual(
    [root.resource["service.name"], root.resource["service.instance.id"], root.resource["deployment.environment"]],
    ["holdfast", "inv_1", "test"],
  );
  const below = (parent: string) => spans.filter(({ parent_id }) => parent_id === parent);
  const steps = below(root.span_id).map(({ name }) => name);
  for (const step of ["prepare", "run", "record"]) assert.ok(steps.includes(`step ${step}`), steps.join(", "));
  const run = below(root.span_id).find(({ name }) => name === "step run");
  assert.ok(below(run?.span_id ?? "").length > 0, "the engine's phases");
  for (const span of spans) {
    assert.equal(span.trace_id.length, 32);
    const parent = spans.find(({ span_id }) => span_id === span.parent_id);
    if (span.parent_id !== "") assert.ok(parent !== undefined && parent.trace_id === span.trace_id);
    assert.ok(span.end_ns >= span.start_ns);
    // 20 ms: a clock is read to a microsecond, and spans of one process may be read off another of its clocks.
    if (parent !== undefined) assert.ok(span.start_ns + 20_000_000n >= parent.start_ns);
  }
  const failed = spans.find(({ name, status }) => name === "job backup" && status === 2);
  assert.ok((failed?.attributes["error.type"] ?? "") !== "");
  assert.ok(!JSON.stringify(spans.map((span) => span.attributes)).includes(it.dir), "no path is told");
  assert.deepEqual([collector.headers[0]?.["path"], collector.headers[0]?.["x-tenant"]], ["/v1/traces", "backup"]);
});

test("a collector that refuses or is away holds nothing up, and what waits is bounded", async () => {
  const collector = await startCollector(() => 503);
  const tracer = await openTracer(
    { endpoint: collector.url, instance: "inv_2" },
    { log: silentLogger, clock: systemClock },
  );
  await collector.close();
  for (let n = 0; n < 20_000; n++) tracer.begin("job backup").end();
  const started_ms = performance.now();
  await tracer.close();
  assert.ok(performance.now() - started_ms < 60_000, "closing has a bound");
});

test("OpenTelemetry's own variables say where to, and that nothing is told", () => {
  const endpoint = (env: Record<string, string>) =>
    loadConfig({ env: { BAAS_DATA_DIR: "/nowhere", ...env } }).tracing.endpoint;
  assert.equal(endpoint({}), undefined);
  assert.equal(endpoint({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/" }), "http://c:4318/v1/traces");
  const own = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t:4318/in" };
  assert.equal(endpoint(own), "http://t:4318/in");
  assert.equal(endpoint({ ...own, BAAS_TRACING_ENDPOINT: "http://b/v1/traces" }), "http://b/v1/traces");
  assert.equal(endpoint({ ...own, OTEL_SDK_DISABLED: "true" }), undefined);
  assert.equal(endpoint({ ...own, OTEL_TRACES_EXPORTER: "none" }), undefined);
});
