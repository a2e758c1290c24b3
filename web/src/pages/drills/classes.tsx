import { Group, Progress, Text } from "@mantine/core";
import type { Answer } from "../../api/types.ts";
import { countText, secondsText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Rows } from "../../parts/rows.tsx";
import { t } from "../../texts/index.ts";

type Class = Answer<"/v1/proofs/summary">["classes"][number];

/** Targets, and what was measured against them. */
export function ClassTable({ classes }: { classes: readonly Class[] }) {
  return (
    <Rows
      label={t.drills.classes}
      items={classes}
      rowKey={(it) => it.class}
      none={t.drills.no_classes}
      least={680}
      columns={[
        {
          title: t.drills.class,
          cell: (it) => (
            <>
              <strong>{it.class}</strong>{" "}
              {it.title.toLowerCase() !== it.class.toLowerCase() && (
                <Text span size="xs" c="dimmed">
                  {it.title}
                </Text>
              )}
            </>
          ),
        },
        {
          title: t.drills.proven,
          cell: (it) =>
            it.workloads === 0 ? (
              "–"
            ) : (
              <Group gap="xs" wrap="nowrap" miw={120}>
                <Progress
                  value={(it.proven / it.workloads) * 100}
                  flex={1}
                  color={it.proven === it.workloads ? "var(--hf-good-fill)" : "var(--hf-warn-fill)"}
                  aria-label={`${t.drills.proven}: ${it.class}`}
                />
                <span className="hf-figures">{t.overview.rpo_row(countText(it.proven), countText(it.workloads))}</span>
              </Group>
            ),
        },
        {
          title: t.drills.drilled,
          end: true,
          cell: (it) => `${countText(it.drills)}, ${countText(it.failed)}`,
        },
        {
          title: t.drills.rto,
          end: true,
          cell: (it) => (
            <Measured median={it.rto_p50_seconds} high={it.rto_p95_seconds} target={it.rto_target_seconds} />
          ),
        },
        { title: t.drills.target, end: true, cell: (it) => secondsText(it.rto_target_seconds) },
        {
          title: t.drills.rpo,
          end: true,
          cell: (it) => (
            <Measured median={it.rpo_p50_seconds} high={it.rpo_p95_seconds} target={it.rpo_target_seconds} />
          ),
        },
        { title: t.drills.target, end: true, cell: (it) => secondsText(it.rpo_target_seconds) },
      ]}
    />
  );
}

function Measured({ median, high, target }: { median: number | null; high: number | null; target: number }) {
  if (median === null || high === null) return <>–</>;
  const met = high <= target;
  return (
    <span
      className="hf-figures"
      style={{ color: met ? "var(--hf-good)" : "var(--hf-bad)" }}
      title={met ? t.drills.within : t.drills.beyond}
    >
      <Icon name={met ? "check" : "cross"} size={11} /> {secondsText(Math.round(median * 10) / 10)},{" "}
      {secondsText(Math.round(high * 10) / 10)}
      <span className="hf-hidden"> {met ? t.drills.within : t.drills.beyond}</span>
    </span>
  );
}
