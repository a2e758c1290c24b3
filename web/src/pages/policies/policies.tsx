import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IfMay } from "../../app/may.tsx";
import { policiesQuery } from "../../api/queries.ts";
import type { Policy } from "../../api/types.ts";
import { countText, secondsText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { Chip } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import { t } from "../../texts/index.ts";

/** `hourly :00, daily 02:00`. */
function scheduleText(spec: Policy["spec"]): string {
  return Object.entries(spec.schedule)
    .map(([rule, text]) => `${rule} ${text}`)
    .join(", ");
}

/** `168 h · 30 d · 12 mo`; what is no count is said as it was written. */
function retentionText(spec: Policy["spec"]): string {
  const units = { hourly: "h", daily: "d", weekly: "wk", monthly: "mo", yearly: "yr" } as Record<string, string>;
  return Object.entries(spec.retention)
    .filter(([, count]) => count !== 0)
    .map(([key, count]) =>
      units[key] === undefined ? `${key.replaceAll("_", " ")} ${count}` : `${count} ${units[key]}`,
    )
    .join(" · ");
}

function lockOf(spec: Policy["spec"]): string | null {
  if (spec.immutable) return "COMPLIANCE";
  return spec.target?.object_lock?.mode ?? null;
}

const COLUMNS: readonly Column<Policy>[] = [
  { key: "name", title: t.policies.name, width: "minmax(9rem, 2fr)", cell: (policy) => policy.name },
  {
    key: "schedule",
    title: t.policies.schedule,
    width: "minmax(8rem, 2fr)",
    cell: (policy) => scheduleText(policy.spec),
  },
  {
    key: "retention",
    title: t.policies.retention,
    width: "minmax(8rem, 2fr)",
    wide: true,
    cell: (policy) => retentionText(policy.spec),
  },
  { key: "rpo", title: t.policies.rpo, width: "5rem", align: "end", cell: (policy) => secondsText(policy.rpo_seconds) },
  {
    key: "copy",
    title: t.policies.copy,
    width: "minmax(6rem, 1fr)",
    wide: true,
    cell: (policy) => policy.spec.copy?.cross_region ?? "–",
  },
  {
    key: "lock",
    title: t.policies.lock,
    width: "8rem",
    wide: true,
    cell: (policy) => {
      const mode = lockOf(policy.spec);
      return mode === null ? "–" : <Chip>{mode}</Chip>;
    },
  },
  {
    key: "attachments",
    title: t.policies.attachments,
    width: "6.5rem",
    align: "end",
    wide: true,
    cell: (policy) => countText(policy.attachment_count),
  },
  {
    key: "version",
    title: t.policies.version,
    width: "4.5rem",
    align: "end",
    wide: true,
    cell: (policy) => policy.version,
  },
];

export function PoliciesPage() {
  const query = useQuery(policiesQuery());
  const add = (
    <IfMay scope="policies:write">
      <Button component={Link} to="/policies/new" leftSection={<Icon name="plus" size={14} />}>
        {t.policies.add}
      </Button>
    </IfMay>
  );
  return (
    <>
      <PageHead title={t.policies.title} lead={t.policies.lead} actions={add} />
      <Answered query={query} rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <Empty icon="policies" title={t.policies.none} action={add} />
            </Panel>
          ) : (
            <DataTable
              label={t.policies.title}
              rows={items}
              columns={COLUMNS}
              rowKey={(policy) => policy.id}
              rowLink={(policy) => ({ to: `/policies/${policy.name}` })}
            />
          )
        }
      </Answered>
    </>
  );
}
