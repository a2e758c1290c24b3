/**
 * A small installation in which things went well and wrong: real backups, a copy, a verification, a restore, failures.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Stage } from "./stage.ts";
import { makeFolder } from "./stage.ts";
import { makeMore, type MoreWorld } from "./world-more.ts";

export interface World extends MoreWorld {
  readonly workload_id: string;
  /** What is protected there. */
  readonly folder: string;
  readonly backup_id: string;
  readonly restore_id: string;
  readonly failed_job_id: string;
  readonly failed_backup_id: string;
  /** Of the backup that failed. */
  readonly alert_id: string;
}

const ALERT_LIMIT_MS = 60_000;

/** Takes about five seconds on a quiet machine. */
export async function makeWorld(stage: Stage): Promise<World> {
  const [project] = (await stage.call("GET", "/v1/projects")).items;
  const add = async (name: string, paths: string[], tags: Record<string, string>) => {
    const source = { kind: "files", paths, exclude: [] };
    return (await stage.call("POST", "/v1/workloads", { name, project: project.id, type: "host", source, tags })).id;
  };
  const folder = makeFolder(stage, "web-1");
  const web = await add("web-1", [folder], { env: "prod", "backup-policy": "critical-1h" });
  const db = await add("db-1", [makeFolder(stage, "db-1")], {
    env: "prod",
    tier: "1",
    "backup-policy": "standard-daily",
  });
  await add("scratch", [makeFolder(stage, "scratch")], { env: "dev" });
  await add("build-cache", [makeFolder(stage, "build-cache")], {
    "backup-opt-out": "made anew by every build",
    owner: "ci",
  });
  const gone = await add("gone", ["/does/not/exist"], { "backup-policy": "weekly-light" });
  const ask = async (workload: string) => (await stage.call("POST", "/v1/backups", { workload })).job_id;
  const asked = [await ask(web), await ask(db), await ask(gone)];
  const [made, of_db, failed] = await Promise.all(asked.map((id) => stage.ended(id)));
  const verified = await stage.call("POST", "/v1/verifications", { backup_id: made.backup_id });
  const restored = await stage.call("POST", "/v1/restores", {
    backup_id: made.backup_id,
    target_path: `${stage.dir}/restored`,
  });
  await Promise.all([stage.ended(verified.job_id), stage.ended(restored.job_id)]);
  const more = await makeMore(stage, { db, held_backup_id: of_db.backup_id, asked_backup_id: made.backup_id });
  return {
    ...more,
    alert_id: await alertOf(stage, gone),
    workload_id: web,
    folder,
    backup_id: made.backup_id,
    restore_id: restored.resource_id,
    failed_job_id: failed.id,
    failed_backup_id: failed.backup_id,
  };
}

/** Alerts are looked for every few seconds. */
async function alertOf(stage: Stage, workload_id: string): Promise<string> {
  const until_ms = Date.now() + ALERT_LIMIT_MS;
  for (;;) {
    const { items } = await stage.call("GET", "/v1/alerts");
    const found = items.find((it: { members: string[]; summary: string }) => /backup of gone failed/.test(it.summary));
    if (found !== undefined) return found.id;
    if (Date.now() > until_ms) throw new Error(`no alert for ${workload_id}: ${JSON.stringify(items)}`);
    await delay(250);
  }
}

/** Dialogs that an address opens. */
export const DIALOGS = {
  "drills-ask": "/drills?ask=drill",
  "drills-plan": "/drills?ask=plan",
  "reports-ask": "/reports?ask=report",
  "billing-ask": "/billing?ask=invoice",
  "agents-ask": "/agents?ask=token",
  "incidents-ask": "/incidents?ask=incident",
  "oncall-take-over": "/oncall?ask=override",
  "oncall-channel": "/oncall?ask=channel",
  "oncall-config": "/oncall?ask=config",
  "access-account": "/access?tab=people&ask=account",
  "access-grant": "/access?tab=grants&ask=grant",
  "access-token": "/access?tab=tokens&ask=token",
  "audit-sink": "/audit/sinks?ask=sink",
  "regions-add": "/regions?ask=region",
  "reports-subscribe": "/reports/subscriptions?ask=subscription",
};

/** Every page of the console, with something on it. */
export function pagesOf(world: World): Readonly<Record<string, string>> {
  const { workload_id, backup_id, restore_id, failed_job_id, failed_backup_id } = world;
  const { drill_id, plan, report_id, invoice_id, incident_id, alert_id, folder } = world;
  const wizard = `/restore?workload=${workload_id}`;
  return {
    overview: "/",
    workloads: "/workloads",
    "at-risk": "/workloads/at-risk",
    workload: `/workloads/${workload_id}`,
    policies: "/policies",
    policy: "/policies/critical-1h",
    "policy-attachments": "/policies/critical-1h?tab=attachments",
    "policy-versions": "/policies/critical-1h?tab=versions",
    "policy-attached": "/policies/letters?tab=attachments",
    "policy-difference": "/policies/letters?tab=versions",
    "policy-new": "/policies/new",
    backups: "/backups",
    backup: `/backups/${backup_id}`,
    "backup-failed": `/backups/${failed_backup_id}`,
    files: `/backups/${backup_id}/files?path=${encodeURIComponent(folder)}`,
    "restore-what": "/restore",
    "restore-when": `${wizard}&step=when`,
    "restore-where": `${wizard}&backup=${backup_id}&step=where`,
    "restore-check": `${wizard}&backup=${backup_id}&step=check&mode=in_place`,
    restores: "/restores",
    restore: `/restores/${restore_id}`,
    drills: "/drills",
    drill: `/drills/${drill_id}`,
    "drill-plan": `/drill-plans/${plan}`,
    reports: "/reports",
    report: `/reports/${report_id}`,
    "report-subscriptions": "/reports/subscriptions",
    alerts: "/alerts",
    alert: `/alerts/${alert_id}`,
    incidents: "/incidents",
    incident: `/incidents/${incident_id}`,
    oncall: "/oncall",
    jobs: "/jobs",
    "job-failed": `/jobs/${failed_job_id}`,
    regions: "/regions",
    evidence: "/evidence",
    keys: "/keys",
    access: "/access",
    "access-grants": "/access?tab=grants",
    "access-roles": "/access?tab=roles",
    "access-tokens": "/access?tab=tokens",
    "access-provider": "/access?tab=provider",
    account: "/account",
    agents: "/agents",
    audit: "/audit",
    "audit-sinks": "/audit/sinks",
    holds: "/holds",
    tiers: "/tiers",
    approvals: "/approvals",
    usage: "/usage",
    billing: "/billing",
    "billing-subscriptions": "/billing?tab=subscriptions",
    "billing-prices": "/billing?tab=prices",
    invoice: `/invoices/${invoice_id}`,
    "first-run": "/first-run",
  };
}
