import { resolve } from "node:path";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { s3RegionOf, type S3RegionOptions, s3RegionOptions } from "../s3.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { renderDetails } from "../table.ts";
import { endText } from "./job.ts";
import { collect } from "./repo/options.ts";

interface RebuildOptions extends WaitOptions, S3RegionOptions {
  readonly path?: readonly string[];
  readonly url?: string;
}

export const register: Register = (program, io) => {
  const example = "baas catalog rebuild --path /srv/backups/dha --path /srv/backups/ctg";
  const catalog = group(program, "catalog", "the list of all backups", example);
  const rebuild = serverCommand(
    catalog,
    "rebuild",
    "Bring the catalog in line with the signed manifests in the regions: everything back after the loss of the database.",
    example,
  )
    .option(
      "--path <dir>",
      "folder of a region that the server does not know any more (may be given several times)",
      collect,
    )
    .option("--url <url>", "s3://bucket/prefix of a region that the server does not know any more")
    .option(...DETACH);
  s3RegionOptions(rebuild).action(async (options: RebuildOptions) => {
    const connection = await connectServer(io, options);
    const folders = (options.path ?? []).map((path) => ({ kind: "fs" as const, path: resolve(io.cwd, path) }));
    const stores = options.url === undefined ? folders : [...folders, await s3RegionOf(io, options.url, options)];
    const params = { header: idempotencyKey(io) };
    const accepted = unwrap(await connection.api.POST("/v1/catalog/rebuild", { params, body: { stores } }));
    const job = await awaitJob(io, connection, options, accepted.job_id);
    if (job === undefined) {
      show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
      return;
    }
    settle(io, job);
    show(io, options, job, () => {
      const figures = Object.entries(job.result ?? {}).map(
        ([name, value]) => [name.replaceAll("_", " "), Array.isArray(value) ? value.length : String(value)] as const,
      );
      return [endText(job), ...(figures.length > 0 ? [renderDetails(figures)] : [])].join("\n");
    });
  });
};
