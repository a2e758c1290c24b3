import { useEffect, useMemo, useRef } from "react";
import { countText, dayText } from "../../parts/format.ts";
import { t } from "../../texts/index.ts";
import classes from "./points-calendar.module.css";

type Kept = readonly { readonly at: string; readonly classes: readonly string[] }[];

const CELL = 11;
const LEFT = 28;
const TOP = 14;
const WEEKS = 53;
const WIDTH = LEFT + WEEKS * CELL + 2;
const GAP = 22;
const BLOCK = TOP + 7 * CELL;

interface Day {
  readonly at_ms: number;
  /** Points of the day as it is, and as it would be. */
  now: number;
  then: number;
}

const startOf = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate());
const mondayBefore = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate() - ((at.getDay() + 6) % 7));
/** Whole days between two local midnights, whatever the clocks did between them. */
const daysBetween = (from: Date, to: Date) => Math.round((to.getTime() - from.getTime()) / 86_400_000);

function daysOf(current: Kept, changed: Kept | null): Map<number, Day> {
  const days = new Map<number, Day>();
  const dayOf = (at: string) => {
    const at_ms = startOf(new Date(at)).getTime();
    let day = days.get(at_ms);
    if (day === undefined) days.set(at_ms, (day = { at_ms, now: 0, then: 0 }));
    return day;
  };
  for (const { at } of current) dayOf(at).now++;
  for (const { at } of changed ?? current) dayOf(at).then++;
  return days;
}

/** The recovery points that would be there at the end, a square a day, a row of squares a weekday, a block a year. */
export function PointsCalendar({ current, changed }: { current: Kept; changed: Kept | null }) {
  const days = useMemo(
    () => [...daysOf(current, changed).values()].sort((a, b) => a.at_ms - b.at_ms),
    [current, changed],
  );
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Where there is not room for all of it, the newest are what one looks for.
    if (box.current !== null) box.current.scrollLeft = box.current.scrollWidth;
  }, []);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return null;
  const monday = mondayBefore(new Date(first.at_ms));
  const place = (at_ms: number) => {
    const days_on = daysBetween(monday, new Date(at_ms));
    const week = Math.floor(days_on / 7);
    return {
      x: LEFT + (week % WEEKS) * CELL,
      y: Math.floor(week / WEEKS) * (BLOCK + GAP) + TOP + (days_on % 7) * CELL,
    };
  };
  const weeks = Math.floor(daysBetween(monday, new Date(last.at_ms)) / 7) + 1;
  const blocks = Math.ceil(weeks / WEEKS);
  const height = blocks * (BLOCK + GAP) - GAP + 4;
  const gone = days.filter((day) => day.then === 0).length;
  const fresh = days.filter((day) => day.now === 0).length;
  const label =
    changed === null
      ? t.policies.map_now(countText(current.length))
      : t.policies.map_change(countText(current.length), countText(changed.length));
  return (
    <figure className={classes.figure}>
      <div ref={box} className={classes.scroll} tabIndex={0} role="group" aria-label={t.policies.map}>
        <svg
          viewBox={`0 0 ${WIDTH} ${height}`}
          className={classes.map}
          role="img"
          aria-label={`${t.policies.map}: ${label}`}
        >
          {Array.from({ length: blocks }, (_, block) => (
            <Block key={block} monday={monday} block={block} weeks={Math.min(WEEKS, weeks - block * WEEKS)} />
          ))}
          {days.map((day) => {
            const { x, y } = place(day.at_ms);
            const change = day.then === 0 ? "gone" : day.now === 0 ? "new" : "none";
            const many = Math.max(day.now, day.then) > 6;
            return (
              <g key={day.at_ms} className={classes.day} data-change={change} data-many={many}>
                <title>{t.policies.map_day(dayText(day.at_ms), day.now, changed === null ? null : day.then)}</title>
                <rect x={x + 0.5} y={y + 0.5} width={CELL - 2} height={CELL - 2} rx={2} />
                {change === "gone" && <path d={`M${x + 3} ${y + 3}l4 4m0-4l-4 4`} />}
                {change === "new" && <path d={`M${x + 5} ${y + 2.5}v5m-2.5-2.5h5`} />}
              </g>
            );
          })}
        </svg>
      </div>
      <figcaption className={classes.legend}>
        {label}
        {changed !== null && (
          <>
            {gone > 0 && (
              <>
                {" · "}
                <span data-change="gone">✕ {t.policies.map_gone(countText(gone))}</span>
              </>
            )}
            {fresh > 0 && (
              <>
                {" · "}
                <span data-change="new">+ {t.policies.map_new(countText(fresh))}</span>
              </>
            )}
          </>
        )}
      </figcaption>
    </figure>
  );
}

/** The squares of one year without any point, and its months. */
function Block({ monday, block, weeks }: { monday: Date; block: number; weeks: number }) {
  const y = block * (BLOCK + GAP);
  const months = Array.from({ length: weeks }, (_, week) => {
    const at = new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + (block * WEEKS + week) * 7);
    return { week, at };
  }).filter(({ at, week }) => at.getDate() <= 7 && week < weeks - 1);
  return (
    <g aria-hidden="true">
      {months.map(({ week, at }, index) => (
        <text key={week} x={LEFT + week * CELL} y={y + 10} className={classes.word}>
          {at.toLocaleString("en-GB", { month: "short" })}
          {(at.getMonth() === 0 || (index === 0 && at.getMonth() < 11)) && ` ’${String(at.getFullYear()).slice(2)}`}
        </text>
      ))}
      {["Mon", "Thu", "Sun"].map((word, row) => (
        <text key={word} x={0} y={y + TOP + row * 3 * CELL + 9} className={classes.word}>
          {word}
        </text>
      ))}
      <path
        d={Array.from({ length: weeks }, (_, week) =>
          Array.from(
            { length: 7 },
            (__, row) => `M${LEFT + week * CELL + 0.5} ${y + TOP + row * CELL + 0.5}h9v9h-9z`,
          ).join(""),
        ).join("")}
        className={classes.blank}
      />
    </g>
  );
}
