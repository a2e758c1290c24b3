import { dayText } from "../../parts/format.ts";
import { t } from "../../texts/index.ts";
import classes from "./points-calendar.module.css";

type Kept = readonly { readonly at: string; readonly classes: readonly string[] }[];

const WIDTH = 380;
const LEFT = 56;
const ROW = 26;
const TOP = 8;

/** The recovery points that would be there at the end, by their day; where the change adds or takes one, it shows. */
export function PointsCalendar({ current, changed }: { current: Kept; changed: Kept | null }) {
  const lines: readonly (readonly [string, Kept, ReadonlySet<string>])[] = [
    [t.policies.as_is, current, new Set(changed?.map(({ at }) => at) ?? current.map(({ at }) => at))],
    ...(changed === null ? [] : [[t.policies.as_changed, changed, new Set(current.map(({ at }) => at))] as const]),
  ];
  const all = lines.flatMap(([, kept]) => kept.map(({ at }) => Date.parse(at)));
  if (all.length === 0) return null;
  const [first_ms, last_ms] = [Math.min(...all), Math.max(...all)];
  const x = (at: string) =>
    LEFT + ((Date.parse(at) - first_ms) / Math.max(1, last_ms - first_ms)) * (WIDTH - LEFT - 12);
  const height = TOP + lines.length * ROW + 18;
  const words = lines.map(([name, kept]) => `${name}: ${kept.length}`).join(", ");
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${height}`}
      className={classes.map}
      role="img"
      aria-label={`${t.policies.map}: ${words}`}
    >
      {lines.map(([name, kept, others], row) => (
        <g key={name}>
          <text x={0} y={TOP + row * ROW + 14} className={classes.word}>
            {name}
          </text>
          {kept.map(({ at, classes: of }) => (
            <rect
              key={at}
              x={x(at) - 1.5}
              y={TOP + row * ROW + (others.has(at) ? 4 : 0)}
              width={3}
              height={others.has(at) ? 12 : 20}
              className={classes.point}
              data-change={others.has(at) ? "none" : row === 0 ? "gone" : "new"}
            >
              <title>{`${dayText(at)}: ${of.join(", ")}`}</title>
            </rect>
          ))}
        </g>
      ))}
      <text x={LEFT} y={height - 3} className={classes.word}>
        {dayText(first_ms)}
      </text>
      <text x={WIDTH - 8} y={height - 3} textAnchor="end" className={classes.word}>
        {dayText(last_ms)}
      </text>
    </svg>
  );
}
