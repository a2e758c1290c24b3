import { Progress, Text } from "@mantine/core";
import type { JobDetail } from "../api/types.ts";
import { t } from "../texts/index.ts";
import { bytesText, countText, secondsText } from "./format.ts";
import { Coded, Command } from "./page.tsx";
import { StateMark } from "./state.tsx";
import { Ago, Took } from "./time.tsx";
import classes from "./task-tree.module.css";

/**
 * A job as a tree: itself, its steps, what it is doing now, and what went wrong with what to do; the last is left out
 * where the page says it already.
 */
export function TaskTree({ job, told = false }: { job: JobDetail; told?: boolean }) {
  return (
    <div className={classes.tree} aria-live="polite">
      <div className={classes.node}>
        <StateMark state={job.state} reason={job.status_reason} />
        <span>{t.jobs.kinds[job.kind] ?? job.kind}</span>
        <span className={classes.quiet}>
          {job.attempt > 1 ? `${t.jobs.attempt(job.attempt, job.max_attempts)} · ` : ""}
          <Took from={job.started_at} to={job.finished_at} />
        </span>
      </div>
      <ol className={classes.steps} aria-label={t.jobs.steps}>
        {job.steps.length === 0 && <li className={classes.quiet}>{t.jobs.no_steps}</li>}
        {job.steps.map((step) => (
          <li key={`${step.seq} ${step.attempt}`}>
            <div className={classes.node}>
              <StateMark state={step.state} compact />
              <span className="hf-mono">{step.name}</span>
              <span className={classes.quiet}>
                {step.attempt > 1 ? `${t.jobs.attempt(step.attempt, job.max_attempts)} · ` : ""}
                <Took from={step.started_at} to={step.finished_at} />
              </span>
            </div>
          </li>
        ))}
      </ol>
      {job.finished_at === null && <JobProgress job={job} />}
      {job.error !== null && !told && <JobFailure job={job} />}
    </div>
  );
}

export function JobProgress({ job }: { job: JobDetail }) {
  const { progress } = job;
  if (progress === null) return null;
  const { done_bytes, total_bytes, done_files, rate_bytes_per_second, left_seconds } = progress;
  const percent = total_bytes === null || total_bytes === 0 ? null : Math.min(100, (done_bytes / total_bytes) * 100);
  const parts = [
    total_bytes === null ? bytesText(done_bytes) : t.jobs.progress(bytesText(done_bytes), bytesText(total_bytes)),
    t.jobs.files(countText(done_files)),
    rate_bytes_per_second === null ? null : t.jobs.rate(bytesText(rate_bytes_per_second)),
    left_seconds === null ? null : t.jobs.left(secondsText(left_seconds)),
  ];
  return (
    <div className={classes.progress}>
      <Progress value={percent ?? 100} animated={percent === null} aria-label={t.jobs.kinds[job.kind] ?? job.kind} />
      <Text size="xs" c="dimmed">
        {parts.filter((part) => part !== null).join(" · ")}
      </Text>
    </div>
  );
}

/** Cause, fix and the command: what somebody needs at three in the morning. */
export function JobFailure({ job }: { job: Pick<JobDetail, "error" | "id" | "finished_at"> }) {
  const { error } = job;
  if (error === null) return null;
  const command = /`(baas [^`]+)`/.exec(error.fix)?.[1] ?? `baas job show ${job.id}`;
  return (
    <dl className={classes.failure}>
      <div>
        <dt>{t.jobs.cause}</dt>
        <dd>
          <strong>{error.status_reason}</strong>: {error.message}{" "}
          <span className={classes.quiet}>
            ({error.code}
            {job.finished_at !== null && (
              <>
                , <Ago at={job.finished_at} />
              </>
            )}
            )
          </span>
        </dd>
      </div>
      <div>
        <dt>{t.jobs.fix}</dt>
        <dd>
          <Coded text={error.fix} />
        </dd>
      </div>
      <div>
        <dt>{t.jobs.command}</dt>
        <dd>
          <Command>{command}</Command>
        </dd>
      </div>
    </dl>
  );
}
