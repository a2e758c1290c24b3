import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "../api/client.ts";
import { Icon } from "../parts/icons.tsx";
import { t } from "../texts/index.ts";
import { NAV } from "./nav.ts";
import { router } from "./router.tsx";

const WAIT_MS = 200;
/** Prefix of an id → the page that shows it. */
const PAGES: Readonly<Record<string, string>> = {
  alt: "/alerts/",
  bkp: "/backups/",
  job: "/jobs/",
  wkl: "/workloads/",
  pol: "/policies/",
  rst: "/restores/",
};

const go = (to: string) => () => void router.navigate({ to: to as never });

/** Every page and action, and any workload by name, from the keyboard. */
export default function Palette() {
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
        { id: "a-restore", label: t.palette.restore, leftSection: <Icon name="restore" />, onClick: go("/restore") },
        {
          id: "a-policy",
          label: t.palette.new_policy,
          leftSection: <Icon name="plus" />,
          onClick: go("/policies/new"),
        },
        {
          id: "a-workload",
          label: t.palette.new_workload,
          leftSection: <Icon name="plus" />,
          onClick: () => void router.navigate({ to: "/workloads", search: { add: true } as never }),
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
        items.map(({ to, label, icon }) => ({
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
      shortcut={["mod + K", "/"]}
      query={text}
      onQueryChange={setText}
      limit={12}
      searchProps={{
        placeholder: t.shell.palette,
        leftSection: <Icon name="search" />,
        "aria-label": t.shell.palette,
      }}
    />
  );
}
