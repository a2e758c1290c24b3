import { Anchor, Group, Tooltip } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { Backup } from "../../api/types.ts";
import { bytesText, dayText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Chip, StateMark } from "../../parts/state.tsx";
import { Clock } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import classes from "./calendar.module.css";

const WEEKS = 53;
const CELL = 13;
const LEFT = 26;
const TOP = 16;

interface Day {
  readonly key: string;
  readonly at_ms: number;
  readonly backups: readonly Backup[];
}

const keyOf = (at: Date) => `${at.getFullYear()}-${at.getMonth()}-${at.getDate()}`;

/** 53 weeks by day in the reader's zone, oldest first; a column is a week from Monday. */
function daysOf(backups: readonly Backup[], now_ms: number): Day[] {
  const by_day = new Map<string, Backup[]>();
  for (const backup of backups) {
    const key = keyOf(new Date(backup.created_at));
    const day = by_day.get(key);
    if (day === undefined) by_day.set(key, [backup]);
    else day.push(backup);
  }
  const today = new Date(now_ms);
  const monday_offset = (today.getDay() + 6) % 7;
  const first = new Date(today.getFullYear(), today.getMonth(), today.getDate() - monday_offset - (WEEKS - 1) * 7);
  const count = (WEEKS - 1) * 7 + monday_offset + 1;
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(first.getFullYear(), first.getMonth(), first.getDate() + index, 12);
    const key = keyOf(at);
    return { key, at_ms: at.getTime(), backups: by_day.get(key) ?? [] };
  });
}

/** A column is a week. */
const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7 };

interface Look {
  readonly fill: string;
  readonly letter: string;
}

/** What is known of backups beside themselves: which were restored in a drill, and which lie in a second region. */
export interface Known {
  readonly copied: ReadonlySet<string>;
  readonly drilled: ReadonlySet<string>;
}

/**
 * The best of the day: drilled above verified above locked above copied above kept; a damaged one is never hidden by a
 * good one.
 */
function lookOf({ backups }: Day, { copied, drilled }: Known): Look {
  if (backups.length === 0) return { fill: "none", letter: "" };
  if (backups.some((it) => it.state === "DAMAGED" || it.verified_state === "INVALID"))
    return { fill: "bad", letter: "!" };
  const locked = backups.some((it) => it.lock_until !== null);
  const verified = backups.some((it) => it.verified_state === "VALID");
  const fill = backups.length > 6 ? "many" : backups.length > 1 ? "some" : "one";
  if (backups.some(({ id }) => drilled.has(id))) return { fill, letter: "D" };
  if (verified || locked) return { fill, letter: verified ? "V" : "L" };
  return { fill, letter: backups.some(({ id }) => copied.has(id)) ? "C" : "" };
}

/** A year of recovery points, a square a day; choosing a day lists them. */
export function CalendarMap({ backups, known }: { backups: readonly Backup[]; known: Known }) {
  const [now_ms] = useState(() => Date.now());
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Where there is not room for all of it, today is what one looks for.
    if (box.current !== null) box.current.scrollLeft = box.current.scrollWidth;
  }, []);
  const days = useMemo(() => daysOf(backups, now_ms), [backups, now_ms]);
  const last = days.findLast((day) => day.backups.length > 0);
  const [chosen_key, setChosen] = useState<string | null>(null);
  const chosen = days.find((day) => day.key === chosen_key) ?? last;
  const months = days.flatMap((day, index) => {
    const at = new Date(day.at_ms);
    return at.getDate() <= 7 && index % 7 === 0 ? [{ column: index / 7, at }] : [];
  });
  /** By arrow keys from day to day, and by the week, to the next that has any. */
  const walk = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const from = days.findIndex((day) => day === chosen);
    if (step === undefined || from < 0) return;
    event.preventDefault();
    const ahead = step > 0 ? days.slice(from + 1) : days.slice(0, from).reverse();
    const far = ahead.slice(Math.abs(step) - 1);
    const next = far.find((day) => day.backups.length > 0);
    if (next !== undefined) setChosen(next.key);
  };
  return (
    <div>
      <div
        ref={box}
        className={classes.scroll}
        tabIndex={0}
        role="group"
        aria-label={t.workloads.points_by_key}
        onKeyDown={walk}
      >
        <svg
          width={LEFT + WEEKS * CELL}
          height={TOP + 7 * CELL + 2}
          role="grid"
          aria-label={t.workloads.recovery_points}
          className={classes.map}
        >
          <defs>
            <pattern id="bad-day" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="4" height="4" fill="var(--hf-bad-fill)" />
              <rect width="1.5" height="4" fill="var(--hf-panel)" />
            </pattern>
          </defs>
          {months.map(({ column, at }) => (
            <text key={column} x={LEFT + column * CELL} y={10} className={classes.word} aria-hidden="true">
              {at.toLocaleString("en-GB", { month: "short" })}
            </text>
          ))}
          {["Mon", "Wed", "Fri"].map((word, row) => (
            <text key={word} x={0} y={TOP + row * 2 * CELL + 10} className={classes.word} aria-hidden="true">
              {word}
            </text>
          ))}
          {Array.from({ length: 7 }, (_, weekday) => (
            <g role="row" key={weekday}>
              {days.map((day, index) => {
                if (index % 7 !== weekday) return null;
                const { fill, letter } = lookOf(day, known);
                const [x, y] = [LEFT + Math.floor(index / 7) * CELL, TOP + weekday * CELL];
                return (
                  <g
                    key={day.key}
                    role="gridcell"
                    aria-label={t.workloads.day_points(day.backups.length, dayText(day.at_ms))}
                    aria-selected={day === chosen}
                    className={day.backups.length > 0 ? classes.day : undefined}
                    onClick={day.backups.length > 0 ? () => setChosen(day.key) : undefined}
                  >
                    <title>{t.workloads.day_points(day.backups.length, dayText(day.at_ms))}</title>
                    <rect
                      x={x}
                      y={y}
                      width={CELL - 2}
                      height={CELL - 2}
                      rx={2}
                      className={classes.cell}
                      data-fill={fill}
                      data-chosen={day === chosen}
                      fill={fill === "bad" ? "url(#bad-day)" : undefined}
                    />
                    {letter !== "" && (
                      <text
                        x={x + (CELL - 2) / 2}
                        y={y + 8.5}
                        className={classes.letter}
                        data-fill={fill}
                        aria-hidden="true"
                      >
                        {letter}
                      </text>
                    )}
                  </g>
                );
              })}
            </g>
          ))}
        </svg>
      </div>
      <p className={classes.note}>{t.workloads.newest_per_day}</p>
      {chosen !== undefined && <DayList day={chosen} known={known} />}
    </div>
  );
}

function DayList({ day, known }: { day: Day; known: Known }) {
  const navigate = useNavigate();
  return (
    <div className={classes.day_list}>
      <strong>{dayText(day.at_ms)}</strong>
      <ul>
        {day.backups.map((backup) => (
          <li key={backup.id}>
            <Group gap="sm">
              <Anchor
                href={`/backups/${backup.id}`}
                size="sm"
                onClick={(event) => {
                  event.preventDefault();
                  void navigate({ to: `/backups/${backup.id}` as never });
                }}
              >
                <Clock at={backup.created_at} />
              </Anchor>
              <StateMark state={backup.state} />
              <StateMark state={backup.verified_state} />
              {known.drilled.has(backup.id) && <Chip tone="good">{t.workloads.drilled}</Chip>}
              {known.copied.has(backup.id) && <Chip>{t.workloads.copied}</Chip>}
              <span>{bytesText(backup.source_bytes)}</span>
              {backup.lock_until !== null && (
                <Tooltip label={`${t.backups.lock} ${dayText(backup.lock_until)}`}>
                  <span>
                    <Icon name="lock" size={13} />
                  </span>
                </Tooltip>
              )}
            </Group>
          </li>
        ))}
      </ul>
    </div>
  );
}
