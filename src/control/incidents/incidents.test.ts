import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { calendarSchema } from "../alerting/index.ts";
import { appendPending } from "../evidence/index.ts";
import { requestRestore } from "../recover/index.ts";
import {
  closeIncident,
  getIncident,
  incidentDocument,
  noteLateResponses,
  openIncident,
  responseDue,
  timelineOf,
  updateIncident,
} from "./index.ts";

const databases = testDatabases();

test("response clocks: 30 minutes in hours, 2 hours outside, 4 hours, one business day", () => {
  const calendar = calendarSchema.parse({ timezone: "Europe/Berlin", holidays: ["2026-12-25"] });
  const due = (severity: 1 | 2 | 3, at: string) =>
    new Date(responseDue(severity, Date.parse(at), calendar)).toISOString();
  assert.equal(due(1, "2026-12-21T10:00:00Z"), "2026-12-21T10:30:00.000Z");
  assert.equal(due(1, "2026-12-21T20:00:00Z"), "2026-12-21T22:00:00.000Z");
  assert.equal(due(1, "2026-12-25T10:00:00Z"), "2026-12-25T12:00:00.000Z", "a holiday");
  assert.equal(due(2, "2026-12-21T20:00:00Z"), "2026-12-22T00:00:00.000Z");
  assert.equal(due(3, "2026-12-24T10:00:00Z"), "2026-12-28T10:00:00.000Z");
});

test("an incident from the request to the debrief, with a real restore in its timeline", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "orders.csv"), "1,2,3");
  await it.workload("db-1", [source]);
  await it.run();
  const backup_id = (await it.backUp("db-1")).backup_id ?? "";
  const input = {
    project: "acme",
    severity: 1,
    title: "orders lost",
    scope: "orders.csv to a sandbox",
    criteria: ["orders.csv has 3 columns"],
  } as const;
  const { id, within_allowance } = await openIncident(it.db, input, "customer", it);
  assert.equal(within_allowance, true);
  await updateIncident(it.db, id, { respond: true, note: "looking at it" }, "ada", it);
  const restored = await requestRestore({ backup_id, new_name: "sandbox" }, it);
  assert.equal((await it.ended(restored.job_id)).state, "SUCCEEDED");
  await updateIncident(it.db, id, { restore_id: restored.restore_id }, "ada", it);
  await assert.rejects(updateIncident(it.db, id, { alert_id: "alt_none" }, "ada", it), {
    code: "INCIDENT_LINK_UNKNOWN",
  });
  await assert.rejects(closeIncident(it.db, id, { worked: "a", improve: "b" }, "ada", it), {
    code: "INCIDENT_NOT_VALIDATED",
  });
  await updateIncident(it.db, id, { criterion: { index: 0, met: true, evidence: "wc says so" } }, "ada", it);
  await closeIncident(it.db, id, { worked: "the restore", improve: "the runbook" }, "ada", it);
  await assert.rejects(updateIncident(it.db, id, { note: "late" }, "ada", it), { code: "INCIDENT_CLOSED" });

  await appendPending(it.db, it);
  const incident = await getIncident(it.db, id);
  const timeline = await timelineOf(it.db, incident);
  const whats = timeline.map(({ what }) => what).join("\n");
  for (const expected of [
    /incident opened/,
    /ada: looking at it/,
    /restore completed/,
    /restore job SUCCEEDED/,
    /incident closed/,
  ])
    assert.match(whats, expected);
  assert.ok(timeline.every((entry, i) => i === 0 || entry.at >= (timeline[i - 1]?.at ?? "")));
  const document = incidentDocument(incident, "acme", timeline);
  assert.match(document, /orders\.csv has 3 columns: \*\*met\*\* \(wc says so\)/);
  assert.match(document, /#\d+ \|/, "names the evidence");

  assert.equal((await openIncident(it.db, { ...input, severity: 3 }, "customer", it)).within_allowance, true);
  const third = await openIncident(it.db, { ...input, severity: 2 }, "customer", it);
  assert.equal(third.within_allowance, false, "two a year are included, and the third is helped all the same");
  const later = { ...it, clock: { ...it.clock, now_ms: () => it.clock.now_ms() + 5 * 3_600_000 } };
  assert.deepEqual(await noteLateResponses(it.db, later), [third.id]);
  assert.deepEqual(await noteLateResponses(it.db, later), []);
});
