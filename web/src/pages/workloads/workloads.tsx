import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback, useDisclosure } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { Problem } from "../../api/client.ts";
import { coverageOfQuery, itemsOf, workloadsQuery } from "../../api/queries.ts";
import type { Workload, WorkloadCoverage } from "../../api/types.ts";
import { countText, secondsText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import { Tags } from "../../parts/tags.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { AddWorkload } from "./add.tsx";
import { BulkBar } from "./bulk.tsx";
import { SelectorField } from "./selector-field.tsx";

type Keys = "selector" | "name" | "type" | "project";
const TYPES = ["vm", "volume", "share", "database", "bucket", "host", "application"];
const TYPED_MS = 350;
/** What the server answers about at once. */
const ASKED_MAX = 120;
const SIGHT_MS = 150;

export function WorkloadsPage() {
  const [search, set] = useAddress<Keys>();
  const adding = (useSearch({ strict: false }) as { add?: boolean }).add === true;
  const { selector, name, type, project } = search;
  const filter = [type === undefined ? "" : `type=${type}`, project === undefined ? "" : `project=${project}`]
    .filter(Boolean)
    .join(",");
  const query = useInfiniteQuery(workloadsQuery({ filter, selector, search: name, order_by: "name asc" }));
  const rows = useMemo(() => itemsOf(query.data), [query.data]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [sight, setSight] = useState<readonly string[]>([]);
  const see = useDebouncedCallback((seen: readonly Workload[]) => {
    setSight(seen.slice(0, ASKED_MAX).map((workload) => workload.id));
  }, SIGHT_MS);
  const onSight = useCallback((seen: readonly Workload[]) => see(seen), [see]);
  const coverage = useQuery({ ...coverageOfQuery(sight), placeholderData: (before) => before });
  const covered = useMemo(
    () => new Map((coverage.data?.workloads ?? []).map((it) => [it.workload_id, it])),
    [coverage.data],
  );
  const columns = useMemo(() => columnsWith(covered), [covered]);
  const [opened, { open, close }] = useDisclosure(adding);
  const problem = query.error instanceof Problem ? query.error : null;
  const wrong_selector = problem?.code === "SELECTOR_INVALID" ? problem.message : undefined;
  const type_in = useDebouncedCallback((text: string) => set({ selector: text.trim() }), TYPED_MS);
  const type_name = useDebouncedCallback((text: string) => set({ name: text.trim() }), TYPED_MS);
  const narrowed = filter !== "" || selector !== undefined || name !== undefined;
  return (
    <>
      <PageHead
        title={t.workloads.title}
        lead={t.workloads.lead}
        actions={
          <IfMay scope="workloads:write">
            <Button leftSection={<Icon name="plus" size={14} />} onClick={open}>
              {t.workloads.add}
            </Button>
          </IfMay>
        }
      />
      <div className="hf-filters">
        <SelectorField initial={selector ?? ""} onChange={type_in} error={wrong_selector} />
        <TextInput
          label={t.workloads.search}
          placeholder={t.workloads.search_hint}
          defaultValue={name ?? ""}
          onChange={(event) => type_name(event.currentTarget.value)}
          w={180}
        />
        <Select
          label={t.workloads.type}
          data={TYPES.map((value) => ({ value, label: t.workloads.types[value] ?? value }))}
          value={type ?? null}
          onChange={(value) => set({ type: value ?? undefined })}
          placeholder={t.workloads.all_types}
          clearable
          w={170}
        />
      </div>
      {selected.size > 0 && (
        <BulkBar chosen={rows.filter((row) => selected.has(row.id))} clear={() => setSelected(new Set())} />
      )}
      {wrong_selector === undefined && (
        <Answered query={query} rows={10}>
          {() =>
            rows.length === 0 ? (
              <Panel>
                {narrowed ? (
                  <Empty icon="search" title={t.workloads.none_match}>
                    {t.workloads.none_match_more}
                  </Empty>
                ) : (
                  <Empty
                    icon="workloads"
                    title={t.workloads.none}
                    action={
                      <IfMay scope="workloads:write">
                        <Button onClick={open}>{t.workloads.add}</Button>
                      </IfMay>
                    }
                  >
                    {t.workloads.none_more}
                  </Empty>
                )}
              </Panel>
            ) : (
              <>
                <DataTable
                  label={t.workloads.title}
                  rows={rows}
                  columns={columns}
                  rowKey={(row) => row.id}
                  rowLink={(row) => ({ to: `/workloads/${row.id}` })}
                  selected={selected}
                  onSelect={setSelected}
                  onSight={onSight}
                  more={query.hasNextPage && !query.isFetchingNextPage}
                  onEnd={() => void query.fetchNextPage()}
                />
                <Group mt={6}>
                  <Text size="xs" c="dimmed" role="status">
                    {query.hasNextPage
                      ? t.table.rows_so_far(countText(rows.length))
                      : t.table.rows(countText(rows.length))}
                  </Text>
                </Group>
              </>
            )
          }
        </Answered>
      )}
      <AddWorkload opened={opened} close={close} />
    </>
  );
}

function columnsWith(covered: ReadonlyMap<string, WorkloadCoverage>): readonly Column<Workload>[] {
  return [
    { key: "name", title: t.workloads.name, width: "minmax(8rem, 2fr)", cell: (row) => row.name },
    {
      key: "status",
      title: t.workloads.status,
      width: "7rem",
      narrow: "5.75rem",
      cell: (row) => {
        const it = covered.get(row.id);
        return it === undefined ? "…" : <StateMark state={it.status} reason={it.findings[0]?.message ?? null} />;
      },
    },
    {
      key: "last",
      title: t.workloads.last,
      width: "7.5rem",
      narrow: "4rem",
      cell: (row) => <Ago at={covered.get(row.id)?.last_good_backup?.created_at} />,
    },
    {
      key: "rpo",
      title: t.workloads.rpo,
      width: "4.5rem",
      align: "end",
      wide: true,
      cell: (row) => secondsText(covered.get(row.id)?.rpo_seconds),
    },
    {
      key: "type",
      title: t.workloads.type,
      width: "6.5rem",
      wide: true,
      cell: (row) => t.workloads.types[row.type] ?? row.type,
    },
    {
      key: "project",
      title: t.workloads.project,
      width: "minmax(5.5rem, 1fr)",
      wide: true,
      cell: (row) => row.project_name,
    },
    {
      key: "region",
      title: t.workloads.region,
      width: "minmax(5.5rem, 1fr)",
      wide: true,
      cell: (row) => row.region_name,
    },
    {
      key: "tags",
      title: t.workloads.tags,
      width: "minmax(12rem, 5fr)",
      wide: true,
      cell: (row) => <Tags tags={row.tags} />,
    },
  ];
}
