import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, newKey, take } from "../api/client.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { t } from "../texts/index.ts";
import { leave } from "./leave.ts";
import { NAV } from "./nav.ts";
import { router } from "./router.tsx";
import { permits, useSession } from "./session.ts";
import { sayDone, sayFailed } from "./toasts.tsx";

const WAIT_MS = 200;
/** Prefix of an id → the page that shows it. */
const PAGES: Readonly<Record<string, string>> = {
  alt: "/alerts/",
  bkp: "/backups/",
  job: "/jobs/",
  wkl: "/workloads/",
  pol: "/policies/",
  rst: "/restores/",
  drl: "/drills/",
  rpt: "/reports/",
  inv: "/invoices/",
  inc: "/incidents/",
};
/** Dialogs and pages that begin something. */
const ACTIONS: readonly {
  readonly to: string;
  readonly label: string;
  readonly icon: IconName;
  readonly scope: string;
}[] = [
  { to: "/restore", label: t.palette.restore, icon: "restore", scope: "restores:write" },
  { to: "/drills?ask=drill", label: t.drills.now, icon: "drills", scope: "drills:write" },
  { to: "/drills?ask=plan", label: t.palette.new_plan, icon: "plus", scope: "drills:write" },
  { to: "/policies/new", label: t.palette.new_policy, icon: "plus", scope: "policies:write" },
  { to: "/workloads?add=true", label: t.palette.new_workload, icon: "plus", scope: "workloads:write" },
  { to: "/reports?ask=report", label: t.reports.make, icon: "reports", scope: "reports:write" },
  { to: "/evidence", label: t.evidence.check, icon: "check", scope: "evidence:read" },
  { to: "/approvals", label: t.palette.decide, icon: "approve", scope: "approvals:write" },
  { to: "/billing?ask=invoice", label: t.billing.make, icon: "price", scope: "billing:write" },
  { to: "/agents?ask=token", label: t.agents.add, icon: "workloads", scope: "agents:write" },
  { to: "/usage", label: t.usage.set_quota, icon: "usage", scope: "projects:write" },
  { to: "/incidents?ask=incident", label: t.incidents.open, icon: "warning", scope: "incidents:write" },
  { to: "/oncall?ask=override", label: t.oncall.override, icon: "people", scope: "oncall:write" },
  { to: "/oncall?ask=config", label: t.oncall.edit, icon: "people", scope: "oncall:write" },
  { to: "/keys", label: t.palette.rotate, icon: "keys", scope: "keys:write" },
  { to: "/oncall?ask=channel", label: t.oncall.add_channel, icon: "alerts", scope: "oncall:write" },
  { to: "/access?tab=tokens&ask=token", label: t.access.new_token, icon: "keys", scope: "access:write" },
  { to: "/access?tab=people&ask=account", label: t.access.new_account, icon: "people", scope: "access:write" },
  { to: "/access?tab=grants&ask=grant", label: t.access.grant, icon: "people", scope: "access:write" },
  { to: "/access?tab=provider", label: t.access.provider, icon: "people", scope: "access:read" },
  { to: "/audit/sinks", label: t.sinks.title, icon: "audit", scope: "audit:read" },
  { to: "/audit/sinks?ask=sink", label: t.sinks.add, icon: "plus", scope: "audit:write" },
  { to: "/reports/subscriptions", label: t.subscriptions.title, icon: "reports", scope: "reports:read" },
  {
    to: "/reports/subscriptions?ask=subscription",
    label: t.palette.subscribe,
    icon: "plus",
    scope: "report_subscriptions:write",
  },
  { to: "/audit", label: t.palette.verify_audit, icon: "check", scope: "audit:read" },
  { to: "/tiers", label: t.palette.tiering, icon: "tiers", scope: "backups:read" },
  { to: "/backups", label: t.palette.hold, icon: "lock", scope: "holds:write" },
  { to: "/alerts", label: t.palette.acknowledge, icon: "alerts", scope: "alerts:write" },
  { to: "/regions?ask=region", label: t.regions.add, icon: "plus", scope: "regions:write" },
  { to: "/regions", label: t.palette.test_region, icon: "regions", scope: "regions:write" },
  { to: "/workloads/at-risk", label: t.palette.at_risk, icon: "warning", scope: "workloads:read" },
];
const WORKLOADS_MAX = 3;

/** `add=true` is the one switch that is no text. */
const go = (address: string) => () => {
  const [to = "", query = ""] = address.split("?");
  const search = Object.fromEntries(
    [...new URLSearchParams(query)].map(([key, value]) => [key, value === "true" || value]),
  );
  void router.navigate({ to: to as never, search: search as never });
};

async function backUp(workload: { readonly id: string; readonly name: string }): Promise<void> {
  try {
    await take(api.POST("/v1/backups", { params: { header: newKey() }, body: { workload: workload.id } }));
    sayDone(t.workloads.started("1"), workload.name);
  } catch (error) {
    sayFailed(t.workloads.backup, error);
  }
}

/** Every page and action, and any workload by name, from the keyboard. */
export default function Palette() {
  const session = useSession();
  const may = (scope: string) => session.status === "in" && permits(session.me, scope);
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), WAIT_MS);
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const { data: found } = useQuery({
    queryKey: ["workloads", "find", asked],
    enabled: asked.length > 1,
    queryFn: ({ signal }) =>
      take(api.GET("/v1/workloads", { signal, params: { query: { search: asked, page_size: 8 } } })),
  });
  const page = PAGES[asked.split("_")[0] ?? ""];
  const id: SpotlightActionData[] =
    page === undefined || !/^[a-z]+_[0-9a-z]{10,}$/.test(asked)
      ? []
      : [{ id: asked, label: t.palette.open_id(asked), keywords: asked, onClick: go(page + asked) }];
  const groups: SpotlightActionGroupData[] = [
    {
      group: t.palette.workloads,
      actions: [
        ...id,
        ...(found?.items ?? []).map((workload) => ({
          id: workload.id,
          label: workload.name,
          keywords: asked,
          description: `${workload.project_name} · ${workload.region_name}`,
          leftSection: <Icon name="workloads" />,
          onClick: go(`/workloads/${workload.id}`),
        })),
      ],
    },
    {
      group: t.palette.actions,
      actions: [
        ...(found?.items ?? []).slice(0, WORKLOADS_MAX).flatMap((workload) => [
          ...(may("backups:write")
            ? [
                {
                  id: `b-${workload.id}`,
                  label: t.palette.backup_of(workload.name),
                  keywords: asked,
                  leftSection: <Icon name="play" />,
                  onClick: () => void backUp(workload),
                },
              ]
            : []),
          ...(may("restores:write")
            ? [
                {
                  id: `r-${workload.id}`,
                  label: t.palette.restore_of(workload.name),
                  keywords: asked,
                  leftSection: <Icon name="restore" />,
                  onClick: go(`/restore?workload=${workload.id}&step=when`),
                },
              ]
            : []),
        ]),
        ...ACTIONS.filter(({ scope }) => may(scope)).map(({ to, label, icon }) => ({
          id: `a-${to} ${label}`,
          label,
          leftSection: <Icon name={icon} />,
          onClick: go(to),
        })),
        {
          id: "a-account",
          label: t.palette.account,
          leftSection: <Icon name="people" />,
          onClick: go("/account"),
        },
        {
          id: "a-leave",
          label: t.shell.sign_out,
          leftSection: <Icon name="out" />,
          onClick: () => void leave(),
        },
        {
          id: "a-theme",
          label: t.palette.theme,
          leftSection: <Icon name={scheme === "dark" ? "sun" : "moon"} />,
          onClick: () => setColorScheme(scheme === "dark" ? "light" : "dark"),
        },
      ],
    },
    {
      group: t.palette.go,
      actions: NAV.flatMap(({ items }) =>
        items
          .filter(({ scope }) => may(scope))
          .map(({ to, label, icon }) => ({
            id: `go-${to}`,
            label,
            leftSection: <Icon name={icon} />,
            onClick: go(to),
          })),
      ),
    },
  ];
  return (
    <Spotlight
      actions={groups.filter(({ actions }) => actions.length > 0)}
      nothingFound={t.palette.nothing}
      shortcut={null} // the shell listens, from its first moment on
      query={text}
      onQueryChange={setText}
      limit={60}
      scrollable
      maxHeight={480}
      searchProps={{
        placeholder: t.shell.palette,
        leftSection: <Icon name="search" />,
        "aria-label": t.shell.palette,
      }}
    />
  );
}
