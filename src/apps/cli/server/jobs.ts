import type { Job } from "../../../model/index.ts";
import type { CliIo } from "../io.ts";
import { note } from "../output.ts";
import type { Connection, ServerOptions } from "./client.ts";
import { followJob } from "./follow.ts";

export interface WaitOptions extends ServerOptions {
  readonly detach?: boolean;
}

/** How commands that start a job name the option to come back at once. */
export const DETACH = ["--detach", "come back at once; the job goes on in the server"] as const;

/** Follows the job, unless `--detach` was given: then undefined. */
export async function awaitJob(
  io: CliIo,
  connection: Connection,
  options: WaitOptions,
  job_id: string,
): Promise<Job | undefined> {
  if (options.detach) return undefined;
  note(io, options, `job ${job_id}`);
  return followJob(io, connection, options, job_id);
}
