import { Button, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import type { Overview } from "../../api/types.ts";
import { clockText, stampText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Empty } from "../../parts/page.tsx";
import { toneOf } from "../../parts/state.tsx";
import { t } from "../../texts/index.ts";
import classes from "./timeline.module.css";

type Activity = Overview["activity"];
const TICKS = 8;
/** Narrower than this, in percent of the day, a run would not be seen. */
const WIDTH_MIN = 0.35;

/** A line a workload, the day from left to right; a failure is tall, red and crossed, and comes first. */
export function Timeline({ activity }: { activity: Activity }) {
  const [from_ms, to_ms] = [Date.parse(activity.since), Date.parse(activity.until)];
  if (activity.workloads.length === 0) {
    return (
      <Empty
        icon="waiting"
        title={t.overview.timeline_none}
        action={
          <Button component={Link} to="/workloads" variant="default">
            {t.nav.workloads}
          </Button>
        }
      >
        {t.overview.timeline_none_more}
      </Empty>
    );
  }
  const at = (instant: number) => ((instant - from_ms) / (to_ms - from_ms)) * 100;
  const ticks = Array.from({ length: TICKS }, (_, tick) => from_ms + ((to_ms - from_ms) * tick) / TICKS);
  return (
    <div className={classes.box}>
      <div className={classes.grid}>
        <span className={classes.corner} />
        <div className={classes.axis} aria-hidden="true">
          {ticks.map((tick) => (
            <span key={tick} style={{ left: `${at(tick)}%` }}>
              {clockText(tick)}
            </span>
          ))}
        </div>
        {activity.workloads.map((workload) => (
          <Fragment key={workload.workload_id}>
            <Link to={`/workloads/${workload.workload_id}` as never} className={classes.name}>
              {workload.failed > 0 && (
                <span className={classes.bad}>
                  <Icon name="cross" size={12} />
                </span>
              )}
              <span>{workload.name}</span>
            </Link>
            <div className={classes.line} role="group" aria-label={t.overview.timeline_label(workload.name)}>
              {workload.runs.map((run) => {
                const begin = Math.max(0, at(Date.parse(run.started_at)));
                const end = run.finished_at === null ? 100 : at(Date.parse(run.finished_at));
                const word = t.states[run.state] ?? run.state;
                const tone = toneOf(run.state);
                const label = t.overview.run_label(word, stampText(run.started_at));
                return (
                  <Tooltip
                    key={run.job_id}
                    label={run.status_reason === null ? label : `${label}: ${run.status_reason}`}
                  >
                    <Link
                      to={`/jobs/${run.job_id}` as never}
                      className={classes.run}
                      data-tone={tone}
                      aria-label={`${workload.name}: ${label}`}
                      // A hundred good runs are no stations for the keyboard; a bad one is.
                      tabIndex={tone === "bad" ? 0 : -1}
                      style={{
                        left: `min(${begin}%, calc(100% - 15px))`,
                        width: `${Math.max(WIDTH_MIN, end - begin)}%`,
                      }}
                    />
                  </Tooltip>
                );
              })}
            </div>
          </Fragment>
        ))}
      </div>
      <ul className={classes.legend} aria-label={t.overview.legend}>
        {["SUCCEEDED", "SUCCEEDED_WITH_WARNINGS", "FAILED", "RUNNING", "QUEUED"].map((state) => (
          <li key={state}>
            <span className={classes.run} data-tone={toneOf(state)} aria-hidden="true" />
            {t.states[state]}
          </li>
        ))}
      </ul>
    </div>
  );
}
