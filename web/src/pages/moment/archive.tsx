import { Stack, Text } from "@mantine/core";
import { bytesText, secondsText } from "../../parts/format.ts";
import { Facts, Loading } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { useLog } from "./log.ts";

/** How the streaming of a database's log stands. */
export function ArchiveState({ workload_id, kind }: { workload_id: string; kind: string }) {
  const it = useLog(workload_id, kind);
  if (it === undefined) return <Loading rows={2} />;
  if (it === null) {
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
          [t.moment.last_commit, <Ago key="l" at={it.last_at} />],
          [
            t.moment.place,
            <span key="p" className="hf-mono">
              {it.place ?? "–"}
            </span>,
          ],
          it.lag_bytes === null ? null : [t.moment.behind, bytesText(it.lag_bytes)],
          it.slot === null ? null : [t.moment.slot, it.slot],
        ]}
      />
      {it.message !== null && <Text size="sm">{it.message}</Text>}
      {it.gaps.map((gap) => (
        <Text key={gap.from} size="sm" c="var(--hf-bad)">
          ✕ {t.moment.gap(gap.from, gap.to, gap.reason)}
        </Text>
      ))}
    </Stack>
  );
}
