import { useElementSize } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { shortText, spanText, utcText } from "./format.ts";
import classes from "./trend.module.css";

export interface TrendPoint {
  readonly key: string;
  readonly at_ms: number;
  readonly seconds: number;
  readonly target_seconds: number | null;
  readonly tone: "good" | "warn" | "bad";
  readonly to: string;
}

/** Until it has been measured. */
const WIDTH = 560;
const WIDTH_MIN = 240;
const HEIGHT = 170;
const LEFT = 46;
const RIGHT = 16;
const TOP = 14;
const BOTTOM = 20;
const HOUR = 3600;
/** What people read on a clock; the scale is logarithmic, since a minute matters beside an hour and beside a day. */
const TICKS = [0.1, 1, 10, 60, 600, HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];
const LEAST = 0.1;

interface TrendProps {
  readonly label: string;
  readonly target_word: string;
  readonly points: readonly TrendPoint[];
  /** A line from point to point: only where all are of the same thing. */
  readonly joined?: boolean;
}

/** What was measured over time, against what was promised. A miss is a cross, above its dashed target. */
export function Trend(props: TrendProps) {
  const { ref, width } = useElementSize();
  return (
    <div ref={ref}>
      <Drawing {...props} width={Math.max(WIDTH_MIN, width === 0 ? WIDTH : width)} />
    </div>
  );
}

function Drawing({ label, target_word, points, joined, width }: TrendProps & { width: number }) {
  const sorted = [...points].sort((a, b) => a.at_ms - b.at_ms);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return null;
  const values = sorted.flatMap(({ seconds, target_seconds }) => [
    Math.max(seconds, LEAST),
    ...(target_seconds === null ? [] : [target_seconds]),
  ]);
  const low = TICKS.findLast((tick) => tick <= Math.min(...values)) ?? LEAST;
  const top = Math.max(...values) * 1.4;
  const scale = Math.log(top / low);
  const y = (seconds: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.log(Math.max(seconds, LEAST) / low) / scale);
  const span_ms = Math.max(1, last.at_ms - first.at_ms);
  const x = (at_ms: number) =>
    first === last
      ? (LEFT + width - RIGHT) / 2
      : LEFT + 8 + ((width - LEFT - RIGHT - 16) * (at_ms - first.at_ms)) / span_ms;
  const path = (value: (point: TrendPoint) => number | null) =>
    sorted
      .flatMap((point) => {
        const seconds = value(point);
        return seconds === null ? [] : [`${x(point.at_ms).toFixed(1)},${y(seconds).toFixed(1)}`];
      })
      .join(" ");
  const target = last.target_seconds;
  return (
    <svg width={width} height={HEIGHT} className={classes.chart} role="group" aria-label={label}>
      {TICKS.filter((tick) => tick >= low && tick <= top).map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} className={classes.line} />
          <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end" className={classes.axis}>
            {tick < 1 ? "0.1s" : spanText(tick * 1000)}
          </text>
        </g>
      ))}
      <text x={x(first.at_ms)} y={HEIGHT - 4} textAnchor={first === last ? "middle" : "start"} className={classes.axis}>
        {shortText(first.at_ms)}
      </text>
      {first !== last && (
        <text x={width - RIGHT} y={HEIGHT - 4} textAnchor="end" className={classes.axis}>
          {shortText(last.at_ms)}
        </text>
      )}
      {target !== null && (
        <>
          {first === last ? (
            <line x1={LEFT} x2={width - RIGHT} y1={y(target)} y2={y(target)} className={classes.target} />
          ) : (
            <polyline points={path((point) => point.target_seconds)} className={classes.target} />
          )}
          <text x={width - RIGHT} y={y(target) - 5} textAnchor="end" className={classes.target_word}>
            {target_word} {spanText(target * 1000)}
          </text>
        </>
      )}
      {joined === true && <polyline points={path((point) => point.seconds)} className={classes.measured} />}
      {sorted.map((point) => {
        const words = `${spanText(point.seconds * 1000)}, ${utcText(point.at_ms)}`;
        const [at_x, at_y] = [x(point.at_ms), y(point.seconds)];
        return (
          <Link key={point.key} to={point.to as never} aria-label={words}>
            <title>{words}</title>
            <circle cx={at_x} cy={at_y} r={12} fill="transparent" />
            {point.tone === "bad" ? (
              <path
                d={`M${at_x - 4} ${at_y - 4}l8 8M${at_x + 4} ${at_y - 4}l-8 8`}
                className={classes.point}
                data-tone="bad"
              />
            ) : (
              <circle cx={at_x} cy={at_y} r={4} className={classes.point} data-tone={point.tone} />
            )}
          </Link>
        );
      })}
    </svg>
  );
}
