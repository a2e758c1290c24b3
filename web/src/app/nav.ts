import type { IconName } from "../parts/icons.tsx";
import { t } from "../texts/index.ts";

export interface NavItem {
  readonly to: string;
  readonly label: string;
  readonly icon: IconName;
  /** Not shown to whom this is not allowed anywhere. */
  readonly scope: string;
  /** Pages of other addresses that belong here. */
  readonly also?: string;
}

/** The main menu, in the order of the work: see, protect, recover, watch, administer. */
export const NAV: readonly { readonly title: string | null; readonly items: readonly NavItem[] }[] = [
  { title: null, items: [{ to: "/", label: t.nav.overview, icon: "overview", scope: "workloads:read" }] },
  {
    title: t.nav.protect,
    items: [
      { to: "/workloads", label: t.nav.workloads, icon: "workloads", scope: "workloads:read" },
      { to: "/policies", label: t.nav.policies, icon: "policies", scope: "policies:read" },
      { to: "/backups", label: t.nav.backups, icon: "backups", scope: "backups:read" },
    ],
  },
  {
    title: t.nav.recover,
    items: [
      { to: "/restore", label: t.nav.restore, icon: "restore", scope: "restores:write" },
      { to: "/restores", label: t.nav.restores, icon: "download", scope: "restores:read" },
      { to: "/drills", label: t.nav.drills, icon: "drills", scope: "drills:read", also: "/drill-plans/" },
    ],
  },
  {
    title: t.nav.watch,
    items: [
      { to: "/alerts", label: t.nav.alerts, icon: "alerts", scope: "alerts:read" },
      { to: "/incidents", label: t.nav.incidents, icon: "warning", scope: "incidents:read" },
      { to: "/oncall", label: t.nav.oncall, icon: "people", scope: "oncall:read" },
      { to: "/jobs", label: t.nav.jobs, icon: "jobs", scope: "jobs:read" },
    ],
  },
  {
    title: t.nav.prove,
    items: [
      { to: "/reports", label: t.nav.reports, icon: "reports", scope: "reports:read" },
      { to: "/evidence", label: t.nav.evidence, icon: "check", scope: "evidence:read" },
      { to: "/audit", label: t.nav.audit, icon: "audit", scope: "audit:read" },
      { to: "/holds", label: t.nav.holds, icon: "lock", scope: "holds:read" },
    ],
  },
  {
    title: t.nav.run,
    items: [
      { to: "/regions", label: t.nav.regions, icon: "regions", scope: "regions:read" },
      { to: "/agents", label: t.nav.agents, icon: "workloads", scope: "agents:read" },
      { to: "/tiers", label: t.nav.tiers, icon: "tiers", scope: "backups:read" },
      { to: "/keys", label: t.nav.keys, icon: "keys", scope: "keys:read" },
      { to: "/access", label: t.nav.access, icon: "people", scope: "access:read" },
      { to: "/approvals", label: t.nav.approvals, icon: "approve", scope: "approvals:read" },
      { to: "/usage", label: t.nav.usage, icon: "usage", scope: "usage:read" },
      { to: "/billing", label: t.nav.billing, icon: "price", scope: "billing:read", also: "/invoices/" },
      { to: "/first-run", label: t.nav.first_run, icon: "play", scope: "workloads:write" },
    ],
  },
];
