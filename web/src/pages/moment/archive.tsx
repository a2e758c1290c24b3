import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { walQuery } from "../../api/queries-business.ts";
import { bytesText, secondsText } from "../../parts/format.ts";
import { Answered, Facts } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

/** How the streaming of a database's log stands. */
export function ArchiveState({ workload_id }: { workload_id: string }) {
  const query = useQuery(walQuery());
  return (
    <Answered query={query} rows={2}>
      {({ items }) => {
        const it = items.find((archive) => archive.workload_id === workload_id);
        if (it === undefined) {
          return (
            <Text size="sm" c="dimmed">
              {t.moment.no_archive}
            </Text>
          );
        }
        return (
          <Stack gap="sm">
            <Facts
              rows={[
                [t.moment.state, <StateMark key="s" state={it.state} reason={it.message} />],
                [t.workloads.rpo, secondsText(it.rpo_seconds)],
                [t.moment.last_commit, <Ago key="l" at={it.last_commit_at} />],
                [t.moment.behind, bytesText(it.lag_bytes)],
                [t.moment.slot, it.slot_status ?? "–"],
              ]}
            />
            {it.message !== null && <Text size="sm">{it.message}</Text>}
            {it.gaps.map((gap) => (
              <Text key={gap.from_lsn} size="sm" c="var(--hf-bad)">
                ✕ {t.moment.gap(gap.from_lsn, gap.to_lsn, gap.reason)}
              </Text>
            ))}
          </Stack>
        );
      }}
    </Answered>
  );
}
