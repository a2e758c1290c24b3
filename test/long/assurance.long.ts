import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { cli } from "../../src/apps/cli/testing.ts";
import { Installation } from "../e2e/installation.ts";

test("a failed backup pages a channel, is acknowledged, and all of it is evidence that verifies offline", async (t) => {
  const it = new Installation(t, "assurance");
  const got: string[] = [];
  const sink = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      got.push(Buffer.concat(parts).toString());
      response.end();
    });
  });
  sink.listen(0, "127.0.0.1");
  await once(sink, "listening");
  t.after(() => sink.close());
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/hook`;
  await it.start({ HOOK_KEY: "s3cret" });
  await it.ok("channel", "add", "hook", "--kind", "webhook", "--set", `url=${url}`, "--secret", "env:HOOK_KEY");
  await it.ok("channel", "test", "hook");
  assert.equal(got.length, 1);

  const source = it.path("source");
  mkdirSync(source);
  await it.ok("workload", "add", "web-1", "--project", "default", "--path", it.path("nowhere"));
  assert.notEqual((await it.baas("backup", "run", "--workload", "web-1")).code, 0);
  await it.until("the channel is told", async () => got.some((body) => body.includes("web-1")));
  const alerts = (await it.ok("alert", "list")).items as readonly unknown[] as { id: string; rule: string }[];
  assert.deepEqual(
    alerts.map(({ rule }) => rule),
    ["backup_failed"],
  );
  const id = alerts[0]?.id ?? "";
  assert.equal((await it.ok("alert", "ack", id, "--note", "looking")).state, "ACKNOWLEDGED");
  await it.ok("incident", "open", "--project", "default", "--severity", "2", "--title", "help", "--scope", "web-1");
  await it.ok("oncall", "show");
  await it.ok("anomaly", "list");
  await it.ok("verify", "ledger");
  await it.ok("verify", "report");

  await it.until("nothing waits to become evidence", async () => {
    const head = (await it.ok("evidence", "head")) as unknown as { pending: number; leaves: number };
    return head.pending === 0 && head.leaves > 0;
  });
  const { fingerprint } = (await it.ok("evidence", "head")) as unknown as { fingerprint: string };
  const file = it.path("bundle.json");
  await it.ok("evidence", "export", "--output", file);
  await it.stop();
  // From here on there is no server.
  const verify = () => cli(["evidence", "verify", file, "--fingerprint", fingerprint, "--json"], { cwd: it.dir });
  const verified = await verify();
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  assert.ok(readFileSync(file, "utf8").includes(id), "the alert is in it");
  writeFileSync(file, readFileSync(file, "utf8").replace("holdfast.alert.opened", "holdfast.alert.nothing"));
  const forged = await verify();
  assert.equal(forged.code, 1);
  assert.match(forged.stdout, /RECORD_ALTERED/);
});
