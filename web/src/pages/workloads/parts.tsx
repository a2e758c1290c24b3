import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, take } from "../../api/client.ts";
import { countText, secondsText } from "../../parts/format.ts";
import { Answered, Facts, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip, StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

const RENEW_MS = 15_000;

/** The parts of an application, each with its own RPO, and its suppression log. */
export function PartsPanel({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ["workloads", "application", id],
    queryFn: ({ signal }) => take(api.GET("/v1/applications/{id}", { signal, params: { path: { id } } })),
    refetchInterval: RENEW_MS,
  });
  return (
    <Panel title={t.workloads.parts} aside={query.data?.profile ?? undefined}>
      <Answered query={query} rows={3}>
        {(it) => (
          <Stack gap="sm">
            <Rows
              label={t.workloads.parts}
              items={it.parts}
              rowKey={(part) => part.name}
              none="–"
              columns={[
                {
                  title: t.workloads.name,
                  cell: (part) => <Link to={`/workloads/${part.workload_id}` as never}>{part.name}</Link>,
                },
                { title: t.workloads.type, cell: (part) => <Chip>{part.kind}</Chip> },
                { title: t.workloads.order, end: true, cell: (part) => countText(part.order) },
                {
                  title: t.workloads.rpo,
                  end: true,
                  cell: (part) =>
                    `${secondsText(part.rpo_seconds)} (${t.workloads.rpo_by[part.rpo_by] ?? part.rpo_by})`,
                },
              ]}
            />
            <Facts
              rows={[
                [t.workloads.rpo_worst, secondsText(it.rpo_seconds)],
                [
                  t.workloads.tied,
                  it.last_backup === null ? (
                    "–"
                  ) : (
                    <Link key="b" to={`/backups/${it.last_backup.backup_id}` as never}>
                      <Ago at={it.last_backup.point} />
                    </Link>
                  ),
                ],
                it.suppressions === null
                  ? null
                  : [t.workloads.suppressions, <StateMark key="s" state={it.suppressions.state} />],
                it.suppressions === null ? null : [t.workloads.entries, countText(it.suppressions.entries)],
                it.suppressions === null
                  ? null
                  : [t.workloads.collected, <Ago key="c" at={it.suppressions.collected_at} />],
              ]}
            />
            {it.suppressions?.message !== null && it.suppressions?.message !== undefined && (
              <Text size="sm">{it.suppressions.message}</Text>
            )}
          </Stack>
        )}
      </Answered>
    </Panel>
  );
}
