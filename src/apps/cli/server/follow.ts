import { StringDecoder } from "node:string_decoder";
import { asHoldfastError, deserializeError, hasCode, HoldfastError } from "../../../base/index.ts";
import type { Job, JobProgress } from "../../../model/index.ts";
import type { JobProgressEvent } from "../../../protocol/index.ts";
import { cliError, EXIT } from "../errors.ts";
import type { CliIo, CommonOptions } from "../io.ts";
import { note } from "../output.ts";
import { ProgressLine, type ProgressView } from "../progress.ts";
import { type Connection, problemError } from "./client.ts";
import { send } from "./transport.ts";

/** A server that restarts is back well within this. */
const RECONNECT_MS_MAX = 120_000;
const RECONNECT_PAUSE_MS = 1000;
const LINE_CHARS_MAX = 1024 * 1024;

/**
 * Follows a job to its end and draws its progress. Survives a restart of the server. Ctrl-C leaves the job running.
 * @throws CLI_INTERRUPTED, CLI_SERVER_UNREACHABLE, JOB_NOT_FOUND
 */
export async function followJob(
  io: CliIo,
  connection: Connection,
  options: CommonOptions,
  job_id: string,
): Promise<Job> {
  const line = new ProgressLine(io, options);
  let last_event_id: string | undefined;
  let lost_ms: number | undefined;
  try {
    for (;;) {
      try {
        for await (const message of readStream(io, connection, `/v1/jobs/${job_id}/events`, last_event_id)) {
          lost_ms = undefined;
          last_event_id = message.id ?? last_event_id;
          if (message.event === "progress") line.update(viewOf(JSON.parse(message.data) as JobProgressEvent));
          if (message.event === "end") return JSON.parse(message.data) as Job;
        }
      } catch (error) {
        if (io.signal.aborted) {
          line.end();
          note(io, options, `the job goes on: baas job watch ${job_id}`);
          throw io.signal.reason;
        }
        if (!hasCode(error, "CLI_SERVER_UNREACHABLE")) throw error;
        lost_ms ??= io.clock.monotonic_ms();
        if (io.clock.monotonic_ms() - lost_ms > RECONNECT_MS_MAX) throw error;
      }
      await io.clock.sleep(RECONNECT_PAUSE_MS, io.signal);
    }
  } finally {
    line.end();
  }
}

function viewOf({ state, attempt, progress }: JobProgressEvent): ProgressView {
  const again = attempt > 1 ? ` (attempt ${attempt})` : "";
  return progressView(`${progress?.step ?? state.toLowerCase()}${again}`, progress);
}

/** A job's progress as the line shows it. */
export function progressView(phase: string, progress: JobProgress | null): ProgressView {
  return {
    phase,
    files_done: progress?.done_files ?? 0,
    files_total: progress?.total_files ?? null,
    bytes_done: progress?.done_bytes ?? 0,
    bytes_total: progress?.total_bytes ?? null,
    rate_bytes_per_s: progress?.rate_bytes_per_second ?? null,
    eta_ms: progress === null || progress.left_seconds === null ? null : progress.left_seconds * 1000,
  };
}

/**
 * Sets the exit code that a job's end stands for: 0, 3 with warnings; any other end is thrown.
 * @throws the job's own error, or CLI_JOB_NOT_DONE
 */
export function settle(io: CliIo, job: Job): void {
  if (job.state === "SUCCEEDED") return;
  if (job.state === "SUCCEEDED_WITH_WARNINGS") {
    io.exit_code = EXIT.partial;
    return;
  }
  if (job.error !== null) throw jobFailure(job);
  const why = job.status_reason === null ? "" : ` (${job.status_reason})`;
  throw cliError("CLI_JOB_NOT_DONE", `${job.kind} job ${job.id} ended ${job.state}${why}`, { job_id: job.id });
}

function jobFailure(job: Job): HoldfastError {
  const error = asHoldfastError(deserializeError(job.error as Parameters<typeof deserializeError>[0]));
  const message = `${job.kind} job ${job.id} ${job.state.toLowerCase()}, ${error.status_reason}: ${error.message}`;
  // Not a bug of the command line, whatever it was in the server: no stack to show.
  const spec = { ...error.spec, fault: "operational" as const, status_reason: error.status_reason };
  return new HoldfastError(error.code, spec, message, { ...error.context, job_id: job.id });
}

interface Message {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** Server-sent events of a path, until the server ends them. */
async function* readStream(
  io: CliIo,
  { address, headers }: Connection,
  path: string,
  last_event_id: string | undefined,
): AsyncGenerator<Message> {
  const answer = await send(address, {
    method: "GET",
    path,
    headers: {
      ...headers,
      accept: "text/event-stream",
      ...(last_event_id === undefined ? {} : { "last-event-id": last_event_id }),
    },
    signal: io.signal,
  });
  const decoder = new StringDecoder("utf8");
  let rest = "";
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      rest += decoder.write(piece);
      if (rest.length > LINE_CHARS_MAX) throw cliError("CLI_SERVER_ANSWER", `${path}: an event is too long`);
      if (answer.statusCode !== 200) continue; // a problem: read it whole
      const blocks = rest.split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const message = parseBlock(block);
        if (message !== undefined) yield message;
      }
    }
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    throw cliError("CLI_SERVER_UNREACHABLE", `the server broke off ${path}`, {}, error);
  }
  if (answer.statusCode !== 200) throw problemError(safeJson(rest), answer.statusCode ?? 500);
}

function parseBlock(block: string): Message | undefined {
  const fields = new Map(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  const data = fields.get("data");
  return data === undefined ? undefined : { id: fields.get("id"), event: fields.get("event") ?? "message", data };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // problemError says that the answer gave no reason
  }
}
