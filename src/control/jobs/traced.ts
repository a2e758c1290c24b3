import { asHoldfastError } from "../../base/index.ts";
import type { Span, Tracer } from "../../platform/trace/index.ts";
import type { JobRow } from "./handler.ts";

/** One attempt of a job as a span, its steps within it, and within those the phases of the engine. */
export interface JobTrace {
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** The engine has come to this phase. */
  phase(name: string): void;
  /** `RETRIED`, e.g., when the attempt did not end the job. */
  end(state: string, error?: unknown): void;
}

export function traceJob(tracer: Tracer, job: JobRow): JobTrace {
  const root = tracer.begin(`job ${job.kind}`, {
    "holdfast.job.id": job.id,
    "holdfast.job.kind": job.kind,
    "holdfast.job.attempt": job.attempt,
    ...(job.project_id === null ? {} : { "holdfast.project.id": job.project_id }),
    ...(job.workload_id === null ? {} : { "holdfast.workload.id": job.workload_id }),
    ...(job.backup_id === null ? {} : { "holdfast.backup.id": job.backup_id }),
  });
  let step: Span | undefined;
  let phase: { readonly name: string; readonly span: Span } | undefined;
  const endPhase = () => {
    phase?.span.end();
    phase = undefined;
  };
  return {
    async step(name, work) {
      const span = root.begin(`step ${name}`, { "holdfast.job.step": name });
      step = span;
      try {
        const result = await work();
        endPhase();
        span.end();
        return result;
      } catch (error) {
        endPhase();
        span.end(asHoldfastError(error));
        throw error;
      } finally {
        step = undefined;
      }
    },
    phase(name) {
      if (name === "" || phase?.name === name) return;
      endPhase();
      phase = { name, span: (step ?? root).begin(name, { "holdfast.job.phase": name }) };
    },
    end(state, error) {
      endPhase();
      root.note({ "holdfast.job.state": state });
      root.end(error === undefined ? undefined : asHoldfastError(error));
    },
  };
}
