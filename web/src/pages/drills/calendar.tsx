import { ActionIcon } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ItemOf } from "../../api/types.ts";
import { dayText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { toneOf } from "../../parts/state.tsx";
import { t } from "../../texts/index.ts";
import classes from "./calendar.module.css";
import { isDue } from "./dues.ts";

const SIGNS: Readonly<Record<string, string>> = { good: "✓", warn: "△", bad: "✕", busy: "●", idle: "–" };
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MARKS_MAX = 6;

/** A month: what was drilled, and what is planned. */
export function DrillCalendar(props: {
  drills: readonly ItemOf<"/v1/drills">[];
  plans: readonly ItemOf<"/v1/drill-plans">[];
}) {
  const [today] = useState(() => new Date());
  const [ahead, setAhead] = useState(0);
  const first = new Date(today.getFullYear(), today.getMonth() + ahead, 1);
  const [year, month] = [first.getFullYear(), first.getMonth()];
  const days = new Date(year, month + 1, 0).getDate();
  const offset = (first.getDay() + 6) % 7;
  return (
    <div>
      <div className={classes.head}>
        <ActionIcon variant="default" aria-label={t.drills.earlier} onClick={() => setAhead(ahead - 1)}>
          <Icon name="back" size={14} />
        </ActionIcon>
        <span aria-live="polite">{first.toLocaleString("en-GB", { month: "long", year: "numeric" })}</span>
        <ActionIcon variant="default" aria-label={t.drills.later} onClick={() => setAhead(ahead + 1)}>
          <Icon name="next" size={14} />
        </ActionIcon>
      </div>
      <div className={classes.month}>
        {WEEKDAYS.map((word) => (
          <span key={word} className={classes.weekday} aria-hidden="true">
            {word}
          </span>
        ))}
        {Array.from({ length: offset }, (_, at) => (
          <span key={`before ${at}`} />
        ))}
        {Array.from({ length: days }, (_, at) => {
          const date = new Date(year, month, at + 1);
          const next = new Date(year, month, at + 2);
          const done = props.drills.filter(({ requested_at }) => {
            const at_ms = Date.parse(requested_at);
            return at_ms >= date.getTime() && at_ms < next.getTime();
          });
          const future = next.getTime() > today.getTime();
          const due = props.plans.filter((it) => future && it.enabled && isDue(it.spec.cadence, year, month, at + 1));
          return (
            <div
              key={at}
              className={classes.day}
              data-today={date.toDateString() === today.toDateString()}
              role="group"
              aria-label={t.drills.day_drills(done.length, due.length, dayText(date.getTime()))}
            >
              {at + 1}
              <span className={classes.marks}>
                {done.slice(0, MARKS_MAX).map((drill) => (
                  <Link
                    key={drill.id}
                    to={`/drills/${drill.id}` as never}
                    className={classes.mark}
                    data-tone={toneOf(drill.state)}
                    title={`${drill.workload_name}: ${t.states[drill.state] ?? drill.state}`}
                    aria-label={`${drill.workload_name}: ${t.states[drill.state] ?? drill.state}`}
                  >
                    {SIGNS[toneOf(drill.state)]}
                  </Link>
                ))}
                {due.map((plan) => (
                  <Link
                    key={plan.id}
                    to={`/drill-plans/${plan.name}` as never}
                    className={classes.planned}
                    title={plan.name}
                  >
                    {plan.name}
                  </Link>
                ))}
              </span>
            </div>
          );
        })}
      </div>
      <p className={classes.note}>{t.drills.calendar_note}</p>
    </div>
  );
}
