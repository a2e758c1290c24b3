/**
 * The rest of the installation: what drills, reports, second persons, holds and invoices leave behind; all of it real.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Stage } from "./stage.ts";

export interface MoreWorld {
  readonly drill_id: string;
  readonly plan: string;
  readonly report_id: string;
  readonly invoice_id: string;
  readonly incident_id: string;
}

/** A calendar month that is over. */
function lastMonth(): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

interface World {
  readonly db: string;
  readonly held_backup_id: string;
  readonly asked_backup_id: string;
}

export async function makeMore(stage: Stage, ids: World): Promise<MoreWorld> {
  const [project] = (await stage.call("GET", "/v1/projects")).items;
  const [region] = (await stage.call("GET", "/v1/regions")).items;
  await stage.call("POST", "/v1/projects", { name: "drill-room", region: region.id, sandbox: true });
  const drilled = await stage.call("POST", "/v1/drills", { workload: ids.db, sandbox: "drill-room" });
  await stage.call("POST", "/v1/drill-plans", {
    name: "prod-monthly",
    spec: {
      select: { selector: "env=prod" },
      cadence: { every: "monthly", week: 1, weekday: "tue", at: "09:00", timezone: "UTC" },
      sandbox: "drill-room",
      owner: "ops@example.net",
    },
  });
  await stage.call("POST", "/v1/drill-plans", {
    name: "tier-1-weekly",
    spec: {
      select: { classes: ["tier-1"] },
      cadence: { every: "weekly", weekday: "thu" },
      sandbox: "drill-room",
      owner: "ops",
    },
  });
  const spec = { name: "letters", timezone: "UTC", schedule: { daily: "02:00" }, retention: { daily: 7, weekly: 5 } };
  await stage.call("POST", "/v1/policies", { spec });
  await stage.call("PATCH", "/v1/policies/letters", {
    spec: { ...spec, schedule: { daily: "01:30" }, retention: { daily: 14, weekly: 5, monthly: 6 } },
  });
  await stage.call("POST", "/v1/attachments", {
    policy: "letters",
    target: { types: ["share"], names: ["letters-*"] },
  });
  await stage.call("POST", "/v1/holds", {
    backup_id: ids.held_backup_id,
    reason: "case 2026-17: records of the audit",
  });
  await stage.call("POST", "/v1/approval-rules", { kind: "delete", required: true });
  // Another than the reader of the pages asks for it: one's own request is for others to decide.
  const token = await stage.token(["backups:delete"]);
  const headers = { authorization: `Bearer ${token}`, "x-reason": "ticket 4711: made by mistake" };
  await fetch(`${stage.url}/v1/backups/${ids.asked_backup_id}`, { method: "DELETE", headers });
  await stage.call("POST", `/v1/projects/${project.id}/quota`, { quota_bytes: 64 * 1024 ** 2 });
  await stage.call("POST", "/v1/agents/tokens", { name: "branch-7" });
  await makePeople(stage);
  const incident = await stage.call("POST", "/v1/incidents", {
    title: "letters were overwritten",
    project: project.id,
    severity: 2,
    scope: "the folder letters, since this morning",
    criteria: ["the letters of yesterday are back"],
  });
  const month = lastMonth();
  await stage.call("POST", "/v1/subscriptions", {
    project: project.id,
    tier: "enhanced",
    tax_percent: "19",
    effective_from: `${month}-01`,
  });
  for (const [item, amount] of Object.entries({
    "storage.hot": "0.023",
    "storage.warm": "0.0125",
    "storage.cold": "0.004",
    operations: "0.005",
    transfer: "0.02",
  }))
    await stage.call("POST", "/v1/prices", { item, currency: "EUR", amount, effective_from: `${month}-01` });
  const invoice = await stage.call("POST", "/v1/invoices", { project: project.id, month });
  await stage.ended(drilled.job_id);
  const asked = await stage.call("POST", "/v1/reports", { kind: "attestation" });
  await stage.ended(asked.job_id);
  return {
    drill_id: drilled.resource_id,
    plan: "prod-monthly",
    report_id: asked.resource_id,
    invoice_id: invoice.id,
    incident_id: incident.id,
  };
}

/** Takes whatever it is told; gone with the process. */
async function makeReceiver(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.end("ok");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Who is on call and over what, who gets reports, who may do what, and a watcher of the log that does not answer. */
async function makePeople(stage: Stage): Promise<void> {
  await stage.call("POST", "/v1/channels", { name: "ops-room", kind: "slack", config: { url: await makeReceiver() } });
  const layers = [
    { members: ["ada", "bob"], every_days: 3 },
    { members: ["cyd"], hours: { days: [6, 7], from: "09:00", to: "18:00" } },
  ];
  await stage.call("POST", "/v1/oncall", {
    config: {
      people: ["ada", "bob", "cyd", "dee"].map((name) => ({ name, channels: ["ops-room"] })),
      rotations: [{ name: "primary", timezone: "UTC", start: "2026-05-11", layers }],
    },
  });
  const hours = (n: number) => new Date(Math.ceil(Date.now() / 3_600_000 + n) * 3_600_000).toISOString();
  await stage.call("POST", "/v1/oncall/overrides", {
    rotation: "primary",
    person: "dee",
    from: hours(40),
    until: hours(64),
  });
  await stage.call("POST", "/v1/report-subscriptions", {
    name: "auditors",
    channel: "ops-room",
    kinds: ["attestation", "compliance"],
  });
  await stage.call("POST", "/v1/siem-sinks", {
    name: "watchers",
    format: "ocsf",
    to: { kind: "https", url: "https://127.0.0.1:9/ingest" },
    from_start: true,
  });
  await stage.call("POST", "/v1/users", { name: "ci-robot", kind: "service" });
  await stage.call("POST", "/v1/users", {
    name: "rahim",
    password: "a long enough password",
    groups: ["operators"],
  });
  for (const [subject_type, subject, role] of [
    ["group", "operators", "baas.restore-operator"],
    ["group", "auditors", "baas.viewer"],
    ["service_account", "ci-robot", "baas.builder"],
  ]) {
    await stage.call("POST", "/v1/bindings", { subject_type, subject, role });
  }
}
