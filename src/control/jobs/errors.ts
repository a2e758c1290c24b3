import { errorCatalogue } from "../../base/index.ts";

export const jobError = errorCatalogue({
  JOB_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "List the jobs to see their ids: `baas job list`.",
    http: 404,
  },
  JOB_ALREADY_ENDED: {
    fault: "user",
    retry: "never",
    guidance: "The job has ended and never changes again. Start a new one if the work is still wanted.",
    http: 409,
  },
  JOB_CANCELED: {
    fault: "user",
    retry: "never",
    guidance: "Somebody canceled the job. Start it again when it is wanted.",
    status_reason: "Cancelled",
  },
  JOB_DEADLINE_EXCEEDED: {
    fault: "operational",
    retry: "never",
    guidance:
      "The run took longer than the policy's complete_within. Raise it, or look at the job's progress for what is slow.",
    status_reason: "Cancelled",
  },
  JOB_WINDOW_MISSED: {
    fault: "operational",
    retry: "never",
    guidance:
      "The run could not start inside the policy's start_window. Raise the concurrency limits, widen the window, or spread starts with jitter.",
    status_reason: "Cancelled",
  },
  JOB_LOST: {
    fault: "bug",
    retry: "never",
    guidance:
      "Every worker that took this job died without a word. Look for the system's out-of-memory messages at the times of its attempts.",
  },
  JOB_LEASE_LOST: {
    fault: "operational",
    retry: "soon",
    guidance: "Another worker has taken the job over, because this one was not heard of in time. Nothing to do.",
  },
  JOB_KIND_UNKNOWN: {
    fault: "bug",
    retry: "later",
    guidance: "No worker of this version knows this kind of job. Start a server of the version that enqueued it.",
  },
  JOB_STEP_UNKNOWN: {
    fault: "bug",
    retry: "never",
    guidance: "A job kind declares all its steps. Please report this.",
  },
  FAILPOINT_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance: "Failpoints are named KIND.STEP.before, .done or .after, or KIND.claimed, .progress or .ended.",
  },
  JOB_POSTPONED: {
    fault: "operational",
    retry: "later",
    guidance: "Nothing to do: the job goes on by itself at the time named.",
  },
  WORKER_STOPPING: {
    fault: "operational",
    retry: "soon",
    guidance: "The server is being stopped; the job goes on after the next start.",
  },
});
