import { type PointerEvent, useRef, useState } from "react";
import { useMay } from "../../app/session.ts";
import type { ItemOf } from "../../api/types.ts";
import { shortText, stampText } from "../../parts/format.ts";
import { useNow } from "../../parts/now.ts";
import { t } from "../../texts/index.ts";
import classes from "./shifts.module.css";

export type Shift = ItemOf<"/v1/oncall/shifts">;

/** What somebody would take over; the dialog asks before anything is done. */
export interface Takeover {
  readonly rotation: string;
  readonly person: string | null;
  readonly from_ms: number;
  readonly until_ms: number;
  /** The override that is looked at, to be taken back. */
  readonly override_id: string | null;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const dayWord = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric" });

interface BoardProps {
  readonly rotation: string;
  /** Of this rotation, in order, without a gap. */
  readonly shifts: readonly Shift[];
  /** A line each. */
  readonly people: readonly string[];
  readonly onTake: (takeover: Takeover) => void;
}

/** Further right a day's name would be cut off. */
const WORD_FITS = 0.96;

/** Who is on call when, a line a person; dragging across a line lets that person take over. */
export function ShiftBoard({ rotation, shifts, people, onTake }: BoardProps) {
  const now_ms = useNow(MINUTE_MS);
  const [first, last] = [shifts[0], shifts.at(-1)];
  if (first === undefined || last === undefined) return null;
  const [from_ms, until_ms] = [Date.parse(first.from), Date.parse(last.until)];
  const share = (at_ms: number) => Math.min(1, Math.max(0, (at_ms - from_ms) / (until_ms - from_ms)));
  const begin = new Date(from_ms);
  const days: number[] = [];
  for (let day = 1; ; day++) {
    const midnight = new Date(begin.getFullYear(), begin.getMonth(), begin.getDate() + day).getTime();
    if (midnight >= until_ms) break;
    days.push(midnight);
  }
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={`${t.oncall.shifts}: ${rotation}`}>
      <div className={classes.board}>
        <span />
        <div className={classes.days} aria-hidden="true">
          {days
            .filter((day) => share(day) < WORD_FITS)
            .map((day) => (
              <span key={day} style={{ left: `${share(day) * 100}%` }}>
                {dayWord.format(day)}
              </span>
            ))}
        </div>
        {people.map((person) => (
          <Line
            key={person}
            person={person}
            rotation={rotation}
            shifts={shifts.filter((shift) => shift.person === person)}
            days={days}
            now_ms={now_ms}
            from_ms={from_ms}
            until_ms={until_ms}
            onTake={onTake}
          />
        ))}
      </div>
    </div>
  );
}

interface LineProps extends Omit<BoardProps, "people"> {
  readonly person: string;
  readonly days: readonly number[];
  readonly now_ms: number;
  readonly from_ms: number;
  readonly until_ms: number;
}

function Line({ person, rotation, shifts, days, now_ms, from_ms, until_ms, onTake }: LineProps) {
  const line = useRef<HTMLDivElement>(null);
  const may = useMay("oncall:write");
  const [drag, setDrag] = useState<{ readonly at_ms: number; readonly to_ms: number } | null>(null);
  const share = (at_ms: number) => Math.min(1, Math.max(0, (at_ms - from_ms) / (until_ms - from_ms)));
  const hourAt = (event: PointerEvent) => {
    const box = line.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return now_ms;
    const at_ms = from_ms + ((event.clientX - box.left) / box.width) * (until_ms - from_ms);
    // What is over cannot be taken over any more.
    return Math.min(until_ms, Math.max(now_ms, Math.round(at_ms / HOUR_MS) * HOUR_MS));
  };
  const span = (one: number, other: number, length = Math.abs(other - one)) => ({
    left: `${share(Math.min(one, other)) * 100}%`,
    width: `${(length / (until_ms - from_ms)) * 100}%`,
  });
  const end = (done: boolean) => {
    if (drag !== null && done && drag.at_ms !== drag.to_ms) {
      const [begin, until] = [Math.min(drag.at_ms, drag.to_ms), Math.max(drag.at_ms, drag.to_ms)];
      onTake({ rotation, person, from_ms: begin, until_ms: until, override_id: null });
    }
    setDrag(null);
  };
  return (
    <>
      <span className={classes.name}>{person}</span>
      <div
        ref={line}
        className={classes.line}
        role="group"
        aria-label={t.oncall.line(person)}
        data-may={may}
        onPointerDown={(event) => {
          if (!may || event.button !== 0) return;
          const at_ms = hourAt(event);
          setDrag({ at_ms, to_ms: at_ms });
        }}
        onPointerMove={(event) => {
          if (drag === null) return;
          const to_ms = hourAt(event);
          // Only now: a press without a move is a click on the shift below.
          if (to_ms !== drag.at_ms && !event.currentTarget.hasPointerCapture(event.pointerId))
            event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ ...drag, to_ms });
        }}
        onPointerUp={() => end(true)}
        onPointerCancel={() => end(false)}
      >
        {days.map((day) => (
          <span key={day} className={classes.day} style={{ left: `${share(day) * 100}%` }} />
        ))}
        {shifts.map((shift) => (
          <button
            key={shift.from}
            type="button"
            className={classes.shift}
            data-override={shift.override_id !== null}
            style={span(Date.parse(shift.from), Date.parse(shift.until))}
            aria-label={t.oncall.shift(
              person,
              stampText(shift.from),
              stampText(shift.until),
              shift.override_id !== null,
            )}
            title={`${shortText(shift.from)} – ${shortText(shift.until)}`}
            disabled={!may}
            onClick={() =>
              onTake({
                rotation,
                person: null,
                from_ms: Math.max(now_ms, Date.parse(shift.from)),
                until_ms: Date.parse(shift.until),
                override_id: shift.override_id,
              })
            }
          >
            {shift.override_id !== null && t.oncall.override_mark}
          </button>
        ))}
        {drag !== null && <span className={classes.drag} style={span(drag.at_ms, drag.to_ms)} />}
        <span className={classes.now} style={{ left: `${share(now_ms) * 100}%` }} />
      </div>
    </>
  );
}
