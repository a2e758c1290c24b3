import { Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useAddress } from "../../app/address.ts";
import { itemsOf, jobsQuery } from "../../api/queries.ts";
import type { Job } from "../../api/types.ts";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import { Ago, Took } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

const COLUMNS: readonly Column<Job>[] = [
  {
    key: "kind",
    title: t.jobs.kind,
    width: "minmax(7rem, 1fr)",
    narrow: "minmax(7.5rem, 1fr)",
    cell: (job) => t.jobs.kinds[job.kind] ?? job.kind,
  },
  {
    key: "state",
    title: t.jobs.state,
    width: "minmax(9rem, 1fr)",
    narrow: "8rem",
    cell: (job) => <StateMark state={job.state} />,
  },
  {
    key: "workload",
    title: t.jobs.workload,
    width: "minmax(8rem, 2fr)",
    wide: true,
    cell: (job) => job.workload_name ?? "–",
  },
  {
    key: "reason",
    title: t.jobs.reason,
    width: "minmax(9rem, 2fr)",
    wide: true,
    cell: (job) => job.status_reason ?? "–",
  },
  {
    key: "started",
    title: t.jobs.started,
    width: "6.5rem",
    narrow: "4.5rem",
    cell: (job) => <Ago at={job.started_at ?? job.created_at} />,
  },
  {
    key: "took",
    title: t.jobs.took,
    width: "5.5rem",
    align: "end",
    wide: true,
    cell: (job) => <Took from={job.started_at} to={job.finished_at} />,
  },
];

const OPEN_STATES = "QUEUED|WAITING_WINDOW|RUNNING|VERIFYING";

export function JobsPage() {
  const [{ kind, state, workload, since }, set] = useAddress<"kind" | "state" | "workload" | "since">();
  const filter = [
    kind === undefined ? "" : `kind=${kind}`,
    state === undefined ? "" : `state=${state}`,
    workload === undefined ? "" : `workload_id=${workload}`,
    since === undefined ? "" : `created_at>=${since}`,
  ]
    .filter(Boolean)
    .join(",");
  const query = useInfiniteQuery(jobsQuery({ filter }));
  const kinds = Object.entries(t.jobs.kinds).map(([value, label]) => ({ value, label }));
  return (
    <>
      <PageHead title={t.jobs.title} lead={t.jobs.lead} />
      <div className="hf-filters">
        <Select
          label={t.jobs.kind}
          data={kinds}
          value={kind ?? null}
          onChange={(value) => set({ kind: value ?? undefined })}
          placeholder={t.jobs.all_kinds}
          clearable
        />
        <Select
          label={t.jobs.state}
          data={[
            { value: "FAILED|EXPIRED", label: t.jobs.failed_only },
            { value: OPEN_STATES, label: t.jobs.running_only },
            { value: "SUCCEEDED", label: t.states["SUCCEEDED"] ?? "" },
            { value: "SUCCEEDED_WITH_WARNINGS", label: t.states["SUCCEEDED_WITH_WARNINGS"] ?? "" },
            { value: "CANCELED", label: t.states["CANCELED"] ?? "" },
          ]}
          value={state ?? null}
          onChange={(value) => set({ state: value ?? undefined })}
          placeholder={t.jobs.all_states}
          clearable
        />
      </div>
      <Answered query={query} rows={8}>
        {(data) => {
          const rows = itemsOf(data);
          return rows.length === 0 ? (
            <Panel>
              <Empty icon="jobs" title={t.jobs.none}>
                {t.jobs.none_more}
              </Empty>
            </Panel>
          ) : (
            <DataTable
              label={t.jobs.title}
              rows={rows}
              columns={COLUMNS}
              rowKey={(job) => job.id}
              rowLink={(job) => ({ to: `/jobs/${job.id}` })}
              more={query.hasNextPage && !query.isFetchingNextPage}
              onEnd={() => void query.fetchNextPage()}
            />
          );
        }}
      </Answered>
    </>
  );
}
