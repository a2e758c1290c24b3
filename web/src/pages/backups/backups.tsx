import { Button, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { backupsQuery, itemsOf, policiesQuery, regionsQuery } from "../../api/queries.ts";
import type { Backup } from "../../api/types.ts";
import { bytesText, dayText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

const COLUMNS: readonly Column<Backup>[] = [
  {
    key: "workload",
    title: t.backups.workload,
    width: "minmax(7rem, 2fr)",
    cell: (backup) => backup.workload_name,
  },
  { key: "made", title: t.backups.made, width: "5rem", cell: (backup) => <Ago at={backup.created_at} /> },
  {
    key: "state",
    title: t.backups.state,
    width: "6.75rem",
    cell: (backup) => <StateMark state={backup.state} reason={backup.status_reason} />,
  },
  {
    key: "verified",
    title: t.backups.verified,
    width: "7rem",
    wide: true,
    cell: (backup) => <StateMark state={backup.verified_state} />,
  },
  {
    key: "policy",
    title: t.backups.policy,
    width: "minmax(6rem, 1fr)",
    wide: true,
    cell: (backup) => backup.policy_name ?? "–",
  },
  {
    key: "region",
    title: t.backups.region,
    width: "minmax(5rem, 1fr)",
    wide: true,
    cell: (backup) => backup.region_name,
  },
  {
    key: "size",
    title: t.backups.size,
    width: "4.75rem",
    align: "end",
    wide: true,
    cell: (backup) => bytesText(backup.source_bytes),
  },
  {
    key: "added",
    title: t.backups.added,
    width: "4.75rem",
    align: "end",
    wide: true,
    cell: (backup) => bytesText(backup.stored_bytes),
  },
  {
    key: "kept",
    title: t.backups.kept_until,
    width: "7.25rem",
    wide: true,
    cell: (backup) =>
      backup.retain_until === null ? (
        t.backups.kept_open
      ) : (
        <span>
          {dayText(backup.retain_until)}{" "}
          {backup.lock_until !== null && <Icon name="lock" size={12} className="hf-lock" />}
        </span>
      ),
  },
];

type Keys = "state" | "workload" | "policy" | "region" | "verified";

export function BackupsPage() {
  const [search, set] = useAddress<Keys>();
  const policies = useQuery(policiesQuery());
  const regions = useQuery(regionsQuery());
  const { state, workload, policy, region, verified } = search;
  const filter = [
    state === undefined ? "" : `state=${state}`,
    workload === undefined ? "" : `workload=${workload}`,
    policy === undefined ? "" : `policy=${policy}`,
    region === undefined ? "" : `region=${region}`,
    verified === undefined ? "" : `verified_state=${verified}`,
  ]
    .filter(Boolean)
    .join(",");
  const query = useInfiniteQuery(backupsQuery({ filter }));
  const states = ["AVAILABLE", "CREATING", "FAILED", "DAMAGED", "DELETED"];
  return (
    <>
      <PageHead
        title={t.backups.title}
        lead={t.backups.lead}
        actions={
          <IfMay scope="restores:write">
            <Button component={Link} to="/restore" leftSection={<Icon name="restore" size={14} />}>
              {t.nav.restore}
            </Button>
          </IfMay>
        }
      />
      <div className="hf-filters">
        <Select
          label={t.backups.state}
          data={states.map((value) => ({ value, label: t.states[value] ?? value }))}
          value={state ?? null}
          onChange={(value) => set({ state: value ?? undefined })}
          placeholder={t.backups.any_state}
          clearable
        />
        <Select
          label={t.backups.verified}
          data={["UNVERIFIED", "VALID", "PARTIAL", "INVALID"].map((value) => ({
            value,
            label: t.states[value] ?? value,
          }))}
          value={verified ?? null}
          onChange={(value) => set({ verified: value ?? undefined })}
          placeholder={t.common.all}
          clearable
        />
        <Select
          label={t.backups.policy}
          data={(policies.data?.items ?? []).map(({ name }) => name)}
          value={policy ?? null}
          onChange={(value) => set({ policy: value ?? undefined })}
          placeholder={t.common.all}
          clearable
        />
        <Select
          label={t.backups.region}
          data={(regions.data?.items ?? []).map(({ name }) => name)}
          value={region ?? null}
          onChange={(value) => set({ region: value ?? undefined })}
          placeholder={t.common.all}
          clearable
        />
      </div>
      <Answered query={query} rows={8}>
        {(data) => {
          const rows = itemsOf(data);
          return rows.length === 0 ? (
            <Panel>
              <Empty icon="backups" title={Object.keys(search).length === 0 ? t.backups.none_yet : t.backups.none}>
                {Object.keys(search).length === 0 ? t.backups.none_more : t.workloads.none_match_more}
              </Empty>
            </Panel>
          ) : (
            <DataTable
              label={t.backups.title}
              rows={rows}
              columns={COLUMNS}
              rowKey={(backup) => backup.id}
              rowLink={(backup) => ({ to: `/backups/${backup.id}` })}
              more={query.hasNextPage && !query.isFetchingNextPage}
              onEnd={() => void query.fetchNextPage()}
            />
          );
        }}
      </Answered>
    </>
  );
}
