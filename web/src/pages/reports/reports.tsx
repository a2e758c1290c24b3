import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { reportsQuery } from "../../api/queries-assure.ts";
import type { ItemOf } from "../../api/types.ts";
import { dayText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { AskReport } from "./ask-report.tsx";

type Report = ItemOf<"/v1/reports">;
const COLUMNS: readonly Column<Report>[] = [
  { key: "t", title: t.reports.name, width: "minmax(10rem, 3fr)", cell: (it) => it.title },
  {
    key: "k",
    title: t.reports.kind,
    width: "minmax(7rem, 1fr)",
    wide: true,
    cell: (it) => t.reports.kinds[it.kind] ?? it.kind,
  },
  { key: "s", title: t.jobs.state, width: "7.5rem", cell: (it) => <StateMark state={it.state} /> },
  {
    key: "w",
    title: t.reports.window,
    width: "13rem",
    wide: true,
    cell: (it) =>
      (it.kind === "drill" ? null : it.period) ?? `${dayText(it.from_at)} – ${dayText(Date.parse(it.to_at) - 1)}`,
  },
  { key: "b", title: t.reports.asked_by, width: "minmax(6rem, 1fr)", wide: true, cell: (it) => it.requested_by },
  {
    key: "a",
    title: t.backups.made,
    width: "5.5rem",
    wide: true,
    cell: (it) => <Ago at={it.finished_at ?? it.created_at} />,
  },
];

export function ReportsPage() {
  const [{ kind, ask }, set] = useAddress<"kind" | "ask">();
  const query = useQuery(reportsQuery(kind === undefined ? "" : `kind=${kind}`));
  return (
    <>
      <PageHead
        title={t.reports.title}
        lead={t.reports.lead}
        actions={
          <>
            <Button component={Link} to="/reports/subscriptions" variant="default">
              {t.subscriptions.title}
            </Button>
            <IfMay scope="reports:write">
              <Button leftSection={<Icon name="plus" size={14} />} onClick={() => set({ ask: "report" })}>
                {t.reports.make}
              </Button>
            </IfMay>
          </>
        }
      />
      <div className="hf-filters">
        <Select
          label={t.reports.kind}
          data={Object.entries(t.reports.kinds).map(([value, label]) => ({ value, label }))}
          value={kind ?? null}
          onChange={(next) => set({ kind: next ?? undefined })}
          placeholder={t.common.all}
          clearable
        />
      </div>
      <Answered query={query} rows={8}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <Empty icon="reports" title={t.reports.none}>
                {t.reports.none_more}
              </Empty>
            </Panel>
          ) : (
            <DataTable
              label={t.reports.title}
              rows={items}
              columns={COLUMNS}
              rowKey={(it) => it.id}
              rowLink={(it) => ({ to: `/reports/${it.id}` })}
            />
          )
        }
      </Answered>
      {ask === "report" && <AskReport close={() => set({ ask: undefined })} />}
    </>
  );
}
