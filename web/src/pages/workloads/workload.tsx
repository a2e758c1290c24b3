import { Button, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { useId } from "../../app/address.ts";
import { href } from "../../app/href.ts";
import { IfMay } from "../../app/may.tsx";
import { useMay } from "../../app/session.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import {
  copiedQuery,
  coverageOfQuery,
  itemsOf,
  jobsQuery,
  recoveryPointsQuery,
  workloadQuery,
} from "../../api/queries.ts";
import { drillsQuery } from "../../api/queries-assure.ts";
import type { Workload, WorkloadCoverage } from "../../api/types.ts";
import { countText, secondsText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, Facts, Loading, PageHead, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { DataTable } from "../../parts/table.tsx";
import { Tags } from "../../parts/tags.tsx";
import { Ago, Stamp, Took } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { ArchiveState } from "../moment/archive.tsx";
import { MomentPicker } from "../moment/moment.tsx";
import { logKindOf } from "../moment/reach.ts";
import { HeldBy } from "../holds/held.tsx";
import { HoldButton } from "../holds/release.tsx";
import { CalendarMap, type Known } from "./calendar.tsx";
import { Changes } from "./changes.tsx";
import { CostPanel } from "./cost.tsx";
import { Finding } from "./finding.tsx";
import { PartsPanel } from "./parts.tsx";
import { ProvenPanel } from "./proven.tsx";

const SizeChart = lazy(() => import("./size-chart.tsx"));

export function WorkloadPage() {
  const id = useId();
  const query = useQuery(workloadQuery(id));
  const workload = query.data;
  const backup = useMutation({
    mutationFn: () => take(api.POST("/v1/backups", { params: { header: newKey() }, body: { workload: id } })),
    onSuccess: () => sayDone(t.workloads.started("1")),
    onError: (error) => sayFailed(t.workloads.backup, error),
  });
  return (
    <>
      <PageHead
        title={workload?.name ?? t.common.one.workload}
        lead={workload === undefined ? undefined : <Tags tags={workload.tags} />}
        above={<Link to="/workloads">{t.workloads.title}</Link>}
        actions={
          <>
            <IfMay scope="backups:write">
              <Button
                loading={backup.isPending}
                onClick={() => backup.mutate()}
                leftSection={<Icon name="play" size={14} />}
              >
                {t.workloads.backup}
              </Button>
            </IfMay>
            <IfMay scope="holds:write">
              <HoldButton of={{ workload: id }} lead={t.holds.set_workload} />
            </IfMay>
            <IfMay scope="restores:write">
              <Button
                variant="default"
                component={Link}
                {...href(`/restore?workload=${id}&step=when`)}
                leftSection={<Icon name="restore" size={14} />}
              >
                {t.workloads.restore}
              </Button>
            </IfMay>
          </>
        }
      />
      <Answered query={query}>{(data) => <Detail workload={data} />}</Answered>
    </>
  );
}

function Detail({ workload }: { workload: Workload }) {
  const coverage = useQuery(coverageOfQuery([workload.id]));
  const points = useQuery(recoveryPointsQuery(workload.id));
  const it = coverage.data?.workloads[0];
  const navigate = useNavigate();
  const may_restore = useMay("restores:write");
  const may_drills = useMay("drills:read");
  const may_billing = useMay("billing:read");
  const known = useKnown(workload.id, may_drills);
  const log_kind = logKindOf(workload);
  return (
    <div className="hf-grid">
      <div data-span="8">
        <Stack gap="sm">
          <HeldBy workload_id={workload.id} />
          {it !== undefined && it.findings.length > 0 && (
            <Panel title={t.workloads.findings}>
              {it.findings.map((finding) => (
                <Finding key={finding.code + finding.message} finding={finding} />
              ))}
            </Panel>
          )}
          <Panel
            title={t.workloads.recovery_points}
            aside={points.data === undefined ? undefined : t.workloads.points_aside(countText(points.data.length))}
          >
            <Answered query={points} rows={5}>
              {(items) =>
                items.length === 0 ? (
                  <Empty icon="backups" title={t.workloads.no_points}>
                    {t.workloads.no_points_more}
                  </Empty>
                ) : (
                  <CalendarMap backups={items} known={known} />
                )
              }
            </Answered>
          </Panel>
          {log_kind === "application" && <PartsPanel id={workload.id} />}
          {log_kind !== null && may_restore && (points.data ?? []).some(({ state }) => state === "AVAILABLE") && (
            <Panel title={t.moment.title}>
              <MomentPicker
                workload={workload}
                kind={log_kind}
                button={t.moment.restore}
                onPick={({ backup_id, to_time }) => {
                  const query = { workload: workload.id, backup: backup_id, to_time, step: "where" };
                  void navigate(href(`/restore?${new URLSearchParams(query)}`));
                }}
              />
            </Panel>
          )}
          {points.data !== undefined && points.data.length > 1 && (
            <Panel title={t.workloads.size}>
              <Suspense fallback={<Loading rows={5} />}>
                <SizeChart backups={points.data} />
              </Suspense>
            </Panel>
          )}
          {may_drills && <ProvenPanel workload_id={workload.id} proof={it?.proof ?? null} />}
          <Panel title={t.workloads.runs} flush>
            <Runs workload_id={workload.id} />
          </Panel>
        </Stack>
      </div>
      <div data-span="4">
        <Stack gap="sm">
          <Panel>
            <Answered query={coverage} rows={4}>
              {() => (it === undefined ? null : <Protection workload={workload} it={it} />)}
            </Answered>
          </Panel>
          <Panel title={t.workloads.policies}>
            {it === undefined || it.policies.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t.workloads.no_policy}
              </Text>
            ) : (
              it.policies.map((policy) => (
                <div key={policy.name}>
                  <Link to={`/policies/${policy.name}` as never}>{policy.name}</Link>
                  <Text size="xs" c="dimmed">
                    {policy.reasons.join("; ")}
                  </Text>
                </div>
              ))
            )}
          </Panel>
          {log_kind !== null && log_kind !== "application" && (
            <Panel title={t.moment.archive}>
              <ArchiveState workload_id={workload.id} kind={log_kind} />
            </Panel>
          )}
          {may_billing && <CostPanel workload_id={workload.id} />}
          <Panel title={t.workloads.changed}>
            <Changes
              workload_id={workload.id}
              backups={points.data ?? []}
              policies={(it?.policies ?? []).map(({ name }) => name)}
            />
          </Panel>
          <Panel title={t.workloads.source}>
            <Source source={workload.source} />
          </Panel>
        </Stack>
      </div>
    </div>
  );
}

/** What the calendar tells of backups beside what they are themselves. */
function useKnown(workload_id: string, may_drills: boolean): Known {
  const copies = useQuery(copiedQuery(workload_id));
  const drills = useQuery({ ...drillsQuery(`workload_id=${workload_id}`), enabled: may_drills });
  return useMemo(
    () => ({
      copied: new Set(copies.data),
      drilled: new Set(
        (drills.data?.items ?? []).flatMap(({ backup_id, state }) =>
          backup_id !== null && (state === "PASSED" || state === "MISSED_TARGET") ? [backup_id] : [],
        ),
      ),
    }),
    [copies.data, drills.data],
  );
}

function Protection({ workload, it }: { workload: Workload; it: WorkloadCoverage }) {
  return (
    <Facts
      rows={[
        [t.workloads.status, <StateMark key="s" state={it.status} reason={it.findings[0]?.message ?? null} />],
        [t.workloads.last, <Ago key="l" at={it.last_good_backup?.created_at} />],
        [t.workloads.rpo, secondsText(it.rpo_seconds)],
        [t.workloads.next_run, it.next_run_at === null ? "–" : <Stamp key="n" at={it.next_run_at} />],
        [t.workloads.type, t.workloads.types[workload.type] ?? workload.type],
        [t.workloads.project, workload.project_name],
        [t.workloads.region, workload.region_name],
      ]}
    />
  );
}

/** `mode: disable`; `yes`; `/srv, /etc`. */
function plainText(value: unknown): string {
  if (typeof value === "boolean") return value ? t.common.yes : t.common.no;
  if (Array.isArray(value)) return value.map(plainText).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  const parts = Object.entries(value).map(([key, inner]) => `${key.replaceAll("_", " ")}: ${plainText(inner)}`);
  return parts.join(", ");
}

/** Sources differ by kind; what they have in common is that names say what is meant. */
function Source({ source }: { source: Workload["source"] }) {
  return (
    <Facts
      rows={Object.entries(source as Record<string, unknown>)
        .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
        .map(([key, value]) => [
          key.replaceAll("_", " "),
          <span key={key} className="hf-mono">
            {plainText(value)}
          </span>,
        ])}
    />
  );
}

function Runs({ workload_id }: { workload_id: string }) {
  const query = useInfiniteQuery(jobsQuery({ filter: `workload_id=${workload_id}`, page_size: 50 }));
  return (
    <Answered query={query}>
      {(data) => {
        const rows = itemsOf(data);
        return rows.length === 0 ? (
          <Text size="sm" c="dimmed" p="md">
            {t.jobs.none}
          </Text>
        ) : (
          <DataTable
            label={t.workloads.runs}
            rows={rows}
            rowKey={(job) => job.id}
            rowLink={(job) => ({ to: `/jobs/${job.id}` })}
            height="18rem"
            more={query.hasNextPage && !query.isFetchingNextPage}
            onEnd={() => void query.fetchNextPage()}
            columns={[
              {
                key: "k",
                title: t.jobs.kind,
                width: "minmax(7rem, 1fr)",
                cell: (job) => t.jobs.kinds[job.kind] ?? job.kind,
              },
              {
                key: "s",
                title: t.jobs.state,
                width: "minmax(9rem, 1fr)",
                cell: (job) => <StateMark state={job.state} reason={job.status_reason} />,
              },
              {
                key: "w",
                title: t.jobs.started,
                width: "6.5rem",
                cell: (job) => <Ago at={job.started_at ?? job.created_at} />,
              },
              {
                key: "t",
                title: t.jobs.took,
                width: "5.5rem",
                align: "end",
                wide: true,
                cell: (job) => <Took from={job.started_at} to={job.finished_at} />,
              },
            ]}
          />
        );
      }}
    </Answered>
  );
}
