import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IfMay } from "../../app/may.tsx";
import { itemsOf, restoresQuery } from "../../api/queries.ts";
import type { Restore } from "../../api/types.ts";
import { bytesText, countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { Chip } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import { Ago, Took } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { modeText } from "./mode-text.ts";

/** Where it went, in a word. */
function targetText(target: Readonly<Record<string, unknown>>): string {
  for (const key of ["path", "name", "workload", "workload_name"]) {
    if (typeof target[key] === "string") return target[key];
  }
  return Object.values(target).find((value) => typeof value === "string") ?? "";
}

const COLUMNS: readonly Column<Restore>[] = [
  { key: "workload", title: t.restores.workload, width: "minmax(8rem, 2fr)", cell: (it) => it.workload_name },
  {
    key: "mode",
    title: t.restores.mode,
    width: "minmax(8rem, 1fr)",
    cell: modeText,
  },
  {
    key: "target",
    title: t.restores.target,
    width: "minmax(8rem, 3fr)",
    wide: true,
    cell: (it) => <span className="hf-mono">{targetText(it.target)}</span>,
  },
  {
    key: "files",
    title: t.restores.files,
    width: "6rem",
    align: "end",
    wide: true,
    cell: (it) => countText(it.restored_files),
  },
  {
    key: "bytes",
    title: t.restores.bytes,
    width: "6rem",
    align: "end",
    wide: true,
    cell: (it) => bytesText(it.restored_bytes),
  },
  {
    key: "problems",
    title: t.restores.problems,
    width: "6rem",
    wide: true,
    align: "end",
    cell: (it) => (it.problem_count === 0 ? "–" : <Chip tone="warn">{countText(it.problem_count)}</Chip>),
  },
  { key: "asked", title: t.restores.asked, width: "6.5rem", cell: (it) => <Ago at={it.created_at} /> },
  {
    key: "took",
    title: t.restores.took,
    width: "5rem",
    align: "end",
    wide: true,
    cell: (it) => <Took from={it.created_at} to={it.completed_at} />,
  },
];

export function RestoresPage() {
  const query = useInfiniteQuery(restoresQuery({}));
  const start = (
    <IfMay scope="restores:write">
      <Button component={Link} to="/restore" leftSection={<Icon name="restore" size={14} />}>
        {t.restores.start}
      </Button>
    </IfMay>
  );
  return (
    <>
      <PageHead title={t.restores.title} lead={t.restores.lead} actions={start} />
      <Answered query={query} rows={8}>
        {(data) => {
          const rows = itemsOf(data);
          return rows.length === 0 ? (
            <Panel>
              <Empty icon="restore" title={t.restores.none} action={start}>
                {t.restores.none_more}
              </Empty>
            </Panel>
          ) : (
            <DataTable
              label={t.restores.title}
              rows={rows}
              columns={COLUMNS}
              rowKey={(it) => it.id}
              rowLink={(it) => ({ to: `/restores/${it.id}` })}
              more={query.hasNextPage && !query.isFetchingNextPage}
              onEnd={() => void query.fetchNextPage()}
            />
          );
        }}
      </Answered>
    </>
  );
}
