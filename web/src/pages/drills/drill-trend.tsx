import { Text } from "@mantine/core";
import type { ItemOf } from "../../api/types.ts";
import { Trend } from "../../parts/trend.tsx";
import { t } from "../../texts/index.ts";

const POINTS_MAX = 120;

/** What drills measured over time: recovery time, or how much would have been lost. */
export function DrillTrend({ drills, of }: { drills: readonly ItemOf<"/v1/drills">[]; of: "rto" | "rpo" }) {
  const points = drills
    .flatMap((it) => {
      const [seconds, target_seconds] =
        of === "rto" ? [it.rto_seconds, it.rto_target_seconds] : [it.rpo_seconds, it.rpo_target_seconds];
      if (seconds === null) return [];
      const tone = it.state === "FAILED" ? "bad" : seconds > target_seconds ? "bad" : "good";
      return [
        {
          key: it.id,
          at_ms: Date.parse(it.finished_at ?? it.requested_at),
          seconds,
          target_seconds,
          tone: tone as "good" | "bad",
          to: `/drills/${it.id}`,
        },
      ];
    })
    .slice(0, POINTS_MAX);
  if (points.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t.drills.trend_none}
      </Text>
    );
  }
  return (
    <Trend
      label={of === "rto" ? t.drills.trend : t.drills.trend_rpo}
      target_word={t.drills.target_word}
      points={points}
      joined={new Set(drills.map((it) => it.workload_id)).size === 1}
    />
  );
}
