import { Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { href } from "../../app/href.ts";
import type { Overview } from "../../api/types.ts";
import { countText, percentText } from "../../parts/format.ts";
import { Icon, type IconName } from "../../parts/icons.tsx";
import { t } from "../../texts/index.ts";
import classes from "./overview.module.css";

const RADIUS = 52;
const AROUND = 2 * Math.PI * RADIUS;
const GAP = 2.5;

type Coverage = Overview["coverage"];

/** How much is protected, at a glance; each figure opens its list. */
export function CoverageRing({ coverage }: { coverage: Coverage }) {
  const { workloads, at_risk, excepted, uncovered } = coverage;
  const parts = [
    { key: "protected", count: coverage.protected, color: "var(--hf-good-fill)" },
    { key: "excepted", count: excepted, color: "var(--hf-idle-fill)" },
    { key: "at_risk", count: at_risk, color: "var(--hf-bad-fill)" },
  ].filter(({ count }) => count > 0);
  let begin = 0;
  const percent = percentText(coverage.protected, workloads - excepted);
  return (
    <Group gap="lg" wrap="nowrap" align="center">
      <svg width={132} height={132} viewBox="0 0 132 132" role="img" aria-label={`${percent} ${t.overview.covered}`}>
        <circle cx={66} cy={66} r={RADIUS} fill="none" stroke="var(--hf-line)" strokeWidth={12} />
        {parts.map(({ key, count, color }) => {
          const length = (count / workloads) * AROUND;
          const gap = parts.length > 1 ? GAP : 0;
          const from = begin;
          begin += length;
          return (
            <circle
              key={key}
              cx={66}
              cy={66}
              r={RADIUS}
              fill="none"
              stroke={color}
              strokeWidth={key === "at_risk" ? 16 : 12}
              strokeDasharray={`${Math.max(1.5, length - gap)} ${AROUND}`}
              strokeDashoffset={-from}
              transform="rotate(-90 66 66)"
            />
          );
        })}
        <text x={66} y={66} textAnchor="middle" className={classes.ring_figure}>
          {percent}
        </text>
        <text x={66} y={84} textAnchor="middle" className={classes.ring_word}>
          {t.overview.covered}
        </text>
      </svg>
      <Stack gap={6} flex={1}>
        <Row
          to="/workloads/at-risk?show=protected"
          icon="check"
          tone="good"
          label={t.overview.protected}
          count={coverage.protected}
        />
        <Row to="/workloads/at-risk" icon="warning" tone="bad" label={t.overview.risk} count={at_risk} />
        <Row
          to="/workloads/at-risk?show=excepted"
          icon="skipped"
          tone="idle"
          label={t.overview.excepted}
          count={excepted}
        />
        <Row
          to="/workloads/at-risk?show=uncovered"
          icon="tag"
          tone="warn"
          label={t.overview.uncovered}
          count={uncovered}
        />
        <Text size="xs" c="dimmed">
          <Link to="/workloads">{t.overview.coverage_of(countText(workloads))}</Link>
        </Text>
      </Stack>
    </Group>
  );
}

function Row(props: { to: string; icon: IconName; tone: string; label: string; count: number }) {
  const tone = props.count === 0 ? "idle" : props.tone;
  return (
    <Link {...href(props.to)} className={classes.ring_row}>
      <span style={{ color: `var(--hf-${tone})`, display: "inline-flex" }}>
        <Icon name={props.icon} size={14} />
      </span>
      <span>{props.label}</span>
      <strong>{countText(props.count)}</strong>
    </Link>
  );
}
