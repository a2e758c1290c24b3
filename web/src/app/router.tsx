import {
  type AnyRoute,
  type AnyRouter,
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
} from "@tanstack/react-router";
import type { ComponentType, ReactNode } from "react";
import { Empty, Failed, Loading, PageHead, Panel } from "../parts/page.tsx";
import { t } from "../texts/index.ts";
import { Shell } from "./shell.tsx";

const root = createRootRoute({ component: Shell });
/** The router reads `name=42` as a number; for us it is what was typed. */
const text = (value: unknown): string | undefined => {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** What a page keeps in its address: each a text, left out when it is empty. */
function textSearch<K extends string>(...keys: readonly K[]) {
  return (search: Record<string, unknown>): { [Key in K]?: string } =>
    Object.fromEntries(keys.flatMap((key) => (text(search[key]) === undefined ? [] : [[key, text(search[key])]]))) as {
      [Key in K]?: string;
    };
}

/** Each page is a file of its own, loaded when it is first shown. */
function page(
  path: string,
  load: () => Promise<Record<string, ComponentType>>,
  name: string,
  validateSearch: (search: Record<string, unknown>) => object = () => ({}),
): AnyRoute {
  const component = lazyRouteComponent(load as () => Promise<Record<string, () => ReactNode>>, name);
  return createRoute({ getParentRoute: () => root, path, validateSearch, component }) as unknown as AnyRoute;
}

const workloadsSearch = (search: Record<string, unknown>) => ({
  ...textSearch("selector", "name", "type", "project")(search),
  ...(search["add"] === true ? { add: true } : {}),
});
const RESTORE_KEYS = [
  "workload",
  "backup",
  "mode",
  "path",
  "name",
  "region",
  "paths",
  "replace",
  "extra",
  "to_time",
  "data_dir",
] as const;
const AUDIT_KEYS = ["actor", "action", "subject", "outcome", "from", "to"] as const;

const routes = [
  page("/", () => import("../pages/overview/overview.tsx"), "OverviewPage"),
  page("/workloads", () => import("../pages/workloads/workloads.tsx"), "WorkloadsPage", workloadsSearch),
  page(
    "/workloads/at-risk",
    () => import("../pages/workloads/at-risk.tsx"),
    "AtRiskPage",
    textSearch("show", "policy"),
  ),
  page("/workloads/$id", () => import("../pages/workloads/workload.tsx"), "WorkloadPage"),
  page("/policies", () => import("../pages/policies/policies.tsx"), "PoliciesPage"),
  page("/policies/new", () => import("../pages/policies/editor-page.tsx"), "NewPolicyPage"),
  page("/policies/$id", () => import("../pages/policies/policy.tsx"), "PolicyPage", textSearch("tab", "from", "to")),
  page(
    "/backups",
    () => import("../pages/backups/backups.tsx"),
    "BackupsPage",
    textSearch("state", "workload", "policy", "region", "verified"),
  ),
  page("/backups/$id", () => import("../pages/backups/backup.tsx"), "BackupPage"),
  page("/backups/$id/files", () => import("../pages/files/files.tsx"), "FilesPage", textSearch("path", "find")),
  page("/holds", () => import("../pages/holds/holds.tsx"), "HoldsPage"),
  page("/drills", () => import("../pages/drills/drills.tsx"), "DrillsPage", textSearch("ask")),
  page("/drills/$id", () => import("../pages/drills/drill.tsx"), "DrillPage"),
  page("/drill-plans/$id", () => import("../pages/drills/plan.tsx"), "DrillPlanPage"),
  page("/reports", () => import("../pages/reports/reports.tsx"), "ReportsPage", textSearch("kind", "ask")),
  page(
    "/reports/subscriptions",
    () => import("../pages/reports/subscriptions.tsx"),
    "SubscriptionsPage",
    textSearch("ask"),
  ),
  page("/reports/$id", () => import("../pages/reports/report.tsx"), "ReportPage"),
  page("/audit", () => import("../pages/audit/audit.tsx"), "AuditPage", textSearch(...AUDIT_KEYS)),
  page("/audit/sinks", () => import("../pages/audit/sinks.tsx"), "SinksPage", textSearch("ask")),
  page("/approvals", () => import("../pages/approvals/approvals.tsx"), "ApprovalsPage"),
  page("/usage", () => import("../pages/usage/usage.tsx"), "UsagePage", textSearch("project", "month")),
  page("/billing", () => import("../pages/billing/billing.tsx"), "BillingPage", textSearch("tab", "ask")),
  page("/invoices/$id", () => import("../pages/billing/invoice.tsx"), "InvoicePage"),
  page("/tiers", () => import("../pages/tiers/tiers.tsx"), "TiersPage"),
  page("/restore", () => import("../pages/restore/wizard.tsx"), "RestorePage", textSearch("step", ...RESTORE_KEYS)),
  page("/restores", () => import("../pages/restore/restores.tsx"), "RestoresPage"),
  page("/restores/$id", () => import("../pages/restore/report.tsx"), "RestoreReportPage"),
  page("/jobs", () => import("../pages/jobs/jobs.tsx"), "JobsPage", textSearch("kind", "state", "workload", "since")),
  page("/jobs/$id", () => import("../pages/jobs/job.tsx"), "JobPage"),
  page("/alerts", () => import("../pages/alerts/alerts.tsx"), "AlertsPage", textSearch("show")),
  page("/alerts/$id", () => import("../pages/alerts/alert.tsx"), "AlertPage"),
  page(
    "/incidents",
    () => import("../pages/incidents/incidents.tsx"),
    "IncidentsPage",
    textSearch("ask", "name", "project"),
  ),
  page("/incidents/$id", () => import("../pages/incidents/incident.tsx"), "IncidentPage"),
  page("/oncall", () => import("../pages/oncall/oncall.tsx"), "OnCallPage", textSearch("ask")),
  page("/evidence", () => import("../pages/evidence/evidence.tsx"), "EvidencePage"),
  page("/keys", () => import("../pages/keys/keys.tsx"), "KeysPage"),
  page("/access", () => import("../pages/access/access.tsx"), "AccessPage", textSearch("tab", "ask")),
  page("/account", () => import("../pages/account/account.tsx"), "AccountPage"),
  page("/agents", () => import("../pages/agents/agents.tsx"), "AgentsPage", textSearch("ask")),
  page("/regions", () => import("../pages/regions/regions.tsx"), "RegionsPage", textSearch("ask")),
  page(
    "/first-run",
    () => import("../pages/first-run/first-run.tsx"),
    "FirstRunPage",
    textSearch("workload", "job", "verify", "restore", "since", "to"),
  ),
];

export const router: AnyRouter = createRouter({
  routeTree: root.addChildren(routes),
  defaultPendingComponent: () => <Loading rows={8} />,
  defaultErrorComponent: ({ error }) => <Failed error={error} retry={() => window.location.reload()} />,
  defaultNotFoundComponent: () => (
    <>
      <PageHead title={t.errors.no_page} />
      <Panel>
        <Empty icon="search" title={t.errors.gone} action={<Link to="/">{t.nav.overview}</Link>}>
          {t.errors.no_page_more}
        </Empty>
      </Panel>
    </>
  ),
  defaultPreload: "intent",
  scrollRestoration: true,
});
