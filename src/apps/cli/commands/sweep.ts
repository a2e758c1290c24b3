import type { Job } from "../../../model/index.ts";
import { formatBytes, formatCount } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, unwrap } from "../server/client.ts";
import { required, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { renderDetails } from "../table.ts";
import { endText } from "./job.ts";

interface SweepOptions extends WaitOptions {
  readonly region?: string;
  readonly project: string;
  readonly bypassGovernance?: boolean;
}

export const register: Register = (program, io) => {
  serverCommand(
    program,
    "sweep",
    "Free what no backup of a project needs any more in one region; backups go on meanwhile.\n" +
      "The server does this by itself, daily where deleted backups have passed their date.",
    "baas sweep --region bd-dha-1",
  )
    .option("--region <name>", "region to sweep")
    .option("--project <name>", "project whose repository is swept", "default")
    .option("--bypass-governance", "also what only a GOVERNANCE lock keeps; needs locks:bypass, and is on record")
    .option(...DETACH)
    .action(async (options: SweepOptions) => {
      const connection = await connectServer(io, options);
      const body = { region: required(options.region, "--region"), project: options.project };
      const params = { header: idempotencyKey(io) };
      const url = options.bypassGovernance === true ? "/v1/sweeps/bypass" : "/v1/sweeps";
      const accepted = unwrap(await connection.api.POST(url, { params, body }));
      const job = await awaitJob(io, connection, options, accepted.job_id);
      if (job === undefined) {
        show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
        return;
      }
      settle(io, job);
      show(io, options, job, sweepText);
    });
};

function sweepText(job: Job): string {
  const result = job.result ?? {};
  const count = (name: string) => formatCount(Number(result[name] ?? 0));
  const removed = result["backups_removed"];
  return [
    endText(job),
    renderDetails([
      ["status", result["status"] === "waiting" ? "waiting for writers; the next sweep goes on" : "done"],
      ["backups removed", formatCount(Array.isArray(removed) ? removed.length : 0)],
      ["packs deleted", `${count("packs_deleted")}, ${formatBytes(Number(result["bytes_deleted"] ?? 0))}`],
      ["packs rewritten", count("packs_rewritten")],
      ["locked objects left", count("locked")],
    ]),
  ].join("\n");
}
