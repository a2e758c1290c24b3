import type { IconName } from "../parts/icons.tsx";
import { t } from "../texts/index.ts";

export interface NavItem {
  readonly to: string;
  readonly label: string;
  readonly icon: IconName;
}

/** The main menu, in the order of the work: see, protect, recover, watch, administer. */
export const NAV: readonly { readonly title: string | null; readonly items: readonly NavItem[] }[] = [
  { title: null, items: [{ to: "/", label: t.nav.overview, icon: "overview" }] },
  {
    title: t.nav.protect,
    items: [
      { to: "/workloads", label: t.nav.workloads, icon: "workloads" },
      { to: "/policies", label: t.nav.policies, icon: "policies" },
      { to: "/backups", label: t.nav.backups, icon: "backups" },
    ],
  },
  {
    title: t.nav.recover,
    items: [
      { to: "/restore", label: t.nav.restore, icon: "restore" },
      { to: "/restores", label: t.nav.restores, icon: "download" },
    ],
  },
  { title: t.nav.watch, items: [{ to: "/jobs", label: t.nav.jobs, icon: "jobs" }] },
  {
    title: t.nav.run,
    items: [
      { to: "/regions", label: t.nav.regions, icon: "regions" },
      { to: "/first-run", label: t.nav.first_run, icon: "play" },
    ],
  },
];
