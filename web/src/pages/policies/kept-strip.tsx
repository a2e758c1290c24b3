import type { PolicyPreview } from "../../api/types.ts";
import { t } from "../../texts/index.ts";
import classes from "./policies.module.css";

const UNIT_HOURS: Readonly<Record<string, number>> = {
  hourly: 1,
  daily: 24,
  weekly: 168,
  monthly: 730.5,
  yearly: 8766,
};
const MARKS: readonly (readonly [string, number])[] = [
  ["1h", 1],
  ["1d", 24],
  ["1w", 168],
  ["1mo", 730.5],
  ["1y", 8766],
  ["10y", 87_660],
];
const WIDTH = 380;
const LEFT = 64;
const ROW = 22;
const HOURS_MIN = 0.5;
/** Closer than this on the strip, points are one band. */
const POINTS_MAX = 400;

/** A line a class: where its recovery points lie, from now on the left to the past on the right, by powers. */
export function KeptStrip({ kept }: { kept: PolicyPreview["kept"] }) {
  const reach = Math.max(48, ...kept.map((it) => it.count * (UNIT_HOURS[it.class] ?? 1)));
  const scale = (hours: number) =>
    LEFT + (Math.log(Math.max(HOURS_MIN, hours) / HOURS_MIN) / Math.log(reach / HOURS_MIN)) * (WIDTH - LEFT - 8);
  const height = kept.length * ROW + 18;
  const words = kept.map((it) => `${it.count} ${it.class}`).join(", ");
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${height}`}
      className={classes.strip}
      role="img"
      aria-label={`${t.policies.strip}: ${words}`}
    >
      {MARKS.filter(([, hours]) => hours <= reach).map(([word, hours]) => (
        <g key={word}>
          <line x1={scale(hours)} x2={scale(hours)} y1={0} y2={height - 16} className={classes.strip_line} />
          <text x={scale(hours)} y={height - 4} textAnchor="middle" className={classes.strip_word}>
            {word}
          </text>
        </g>
      ))}
      {kept.map((it, row) => {
        const unit = UNIT_HOURS[it.class] ?? 1;
        const y = row * ROW + ROW / 2;
        const step = Math.max(1, Math.ceil(it.count / POINTS_MAX));
        const points = Array.from({ length: Math.ceil(it.count / step) }, (_, index) => (index * step + 1) * unit);
        return (
          <g key={it.class}>
            <text x={0} y={y + 4} className={classes.strip_word}>
              {t.policies.classes[it.class]} {it.count}
            </text>
            {points.map((hours) => (
              <rect key={hours} x={scale(hours) - 1} y={y - 6} width={2} height={12} className={classes.strip_point} />
            ))}
          </g>
        );
      })}
    </svg>
  );
}
