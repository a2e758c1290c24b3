import { Text, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Answer } from "../../api/types.ts";
import { bytesText, countText } from "../../parts/format.ts";
import { t } from "../../texts/index.ts";
import classes from "./growth.module.css";

type Growth = Answer<"/v1/storage-growth">;
type Tier = Growth["tiers"][number];

const WIDTH = 200;
const HEIGHT = 34;
/** How far the picture looks ahead; the figures look further. */
const DRAWN_DAYS = 90;
const DAY_MS = 86_400_000;

/** What each tier takes, as measured, and where that leads: the figure is never without its range and its method. */
export function StorageGrowth({ growth }: { growth: Growth }) {
  const { tiers, days_measured, days_needed, method } = growth;
  if (days_measured === 0) {
    return (
      <Text size="sm" c="dimmed" p="md">
        {t.overview.growth_none}
      </Text>
    );
  }
  return (
    <div>
      <div className={classes.rows} role="table" aria-label={t.overview.growth}>
        <div role="row" className={classes.head}>
          {[
            t.overview.tier,
            t.overview.history,
            t.overview.held,
            t.overview.change,
            t.overview.in_days("30"),
            t.overview.in_days("90"),
          ].map((word) => (
            <span key={word} role="columnheader">
              {word}
            </span>
          ))}
        </div>
        {tiers.map((tier) => (
          <div role="row" key={tier.tier} className={classes.row}>
            <span role="cell">
              <Link to="/tiers">{t.tiers.names[tier.tier] ?? tier.tier}</Link>
            </span>
            <span role="cell">
              <Spark tier={tier} now_ms={Date.parse(growth.generated_at)} />
            </span>
            <span role="cell">
              <Link to="/tiers">{bytesText(tier.bytes)}</Link>
            </span>
            <span role="cell">{tier.change_bytes_per_day === null ? "–" : changeText(tier.change_bytes_per_day)}</span>
            <span role="cell">
              <Ahead tier={tier} days={30} />
            </span>
            <span role="cell">
              <Ahead tier={tier} days={90} />
            </span>
          </div>
        ))}
      </div>
      <Text size="xs" c="dimmed" px="sm" pb="sm">
        {days_measured < days_needed
          ? t.overview.growth_wait(countText(days_measured), countText(days_needed))
          : method}
      </Text>
    </div>
  );
}

function changeText(bytes: number): string {
  return `${bytes < 0 ? "−" : "+"}${bytesText(Math.abs(bytes))}`;
}

function Ahead({ tier, days }: { tier: Tier; days: number }) {
  const it = tier.ahead?.find((ahead) => ahead.days === days);
  if (it === undefined) return <span>–</span>;
  const range = t.overview.range(bytesText(it.low_bytes), bytesText(it.high_bytes));
  return (
    <Tooltip label={range}>
      <span tabIndex={0} aria-label={`${bytesText(it.bytes)}, ${range}`}>
        {bytesText(it.bytes)}
      </span>
    </Tooltip>
  );
}

/** What was measured, drawn through; what will probably come, dashed within its range. */
function Spark({ tier, now_ms }: { tier: Tier; now_ms: number }) {
  const points = tier.history.map(({ day, bytes }) => ({ at_ms: Date.parse(`${day}T12:00:00Z`), bytes }));
  const ahead = (tier.ahead ?? []).filter(({ days }) => days <= DRAWN_DAYS);
  const first_ms = points[0]?.at_ms ?? now_ms;
  const last_ms = ahead.length === 0 ? Math.max(now_ms, first_ms + DAY_MS) : now_ms + DRAWN_DAYS * DAY_MS;
  const top = Math.max(1, ...points.map(({ bytes }) => bytes), ...ahead.map(({ high_bytes }) => high_bytes));
  const x = (at_ms: number) => ((at_ms - first_ms) / (last_ms - first_ms)) * WIDTH;
  const y = (bytes: number) => 2 + (1 - bytes / top) * (HEIGHT - 4);
  const spot = (at_ms: number, bytes: number) => `${x(at_ms).toFixed(1)} ${y(bytes).toFixed(1)}`;
  const last = points.at(-1);
  const future = ahead.map((it) => ({ ...it, at_ms: now_ms + it.days * DAY_MS }));
  const from = last === undefined ? "" : spot(last.at_ms, last.bytes);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={classes.spark} preserveAspectRatio="none" aria-hidden="true">
      {future.length > 0 && (
        <>
          <path
            className={classes.band}
            d={`M${from}L${future.map((it) => spot(it.at_ms, it.high_bytes)).join("L")}L${[...future]
              .reverse()
              .map((it) => spot(it.at_ms, it.low_bytes))
              .join("L")}Z`}
          />
          <path className={classes.ahead} d={`M${from}L${future.map((it) => spot(it.at_ms, it.bytes)).join("L")}`} />
        </>
      )}
      <path
        className={classes.past}
        d={
          points.length === 1
            ? `M0 ${y(last?.bytes ?? 0)}h4`
            : `M${points.map((it) => spot(it.at_ms, it.bytes)).join("L")}`
        }
      />
    </svg>
  );
}
