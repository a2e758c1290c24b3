import type { Accepted, ThawView } from "../../../protocol/index.ts";
import { formatBytes, formatTime } from "../format.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, unwrap } from "../server/client.ts";
import { required, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { type Column, renderTable } from "../table.ts";

interface ThawOptions extends WaitOptions {
  readonly backupId?: string;
  readonly region?: string;
  readonly keepHours?: number;
  readonly dryRun?: boolean;
  readonly status?: boolean;
}

const COLUMNS: readonly Column<ThawView>[] = [
  { title: "backup", value: (row) => row.backup_id },
  { title: "region", value: (row) => row.region },
  { title: "state", value: (row) => row.state },
  { title: "stored", value: (row) => formatBytes(row.bytes), align: "right" },
  { title: "expected", value: (row) => formatTime(row.expected_at) },
  { title: "readable until", value: (row) => formatTime(row.expires_at) },
];

export const register: Register = (program, io) => {
  serverCommand(
    program,
    "thaw",
    "Make a cold backup readable for a while. A restore or verification of a cold backup does this by itself, and waits.\n" +
      "--dry-run tells how long it would take and what it would cost; --status lists thaws.",
    "baas thaw --backup-id bkp_01m82fn4m7b1bcgh598b1rgqfe --dry-run",
  )
    .option("--backup-id <id>", "the backup")
    .option("--region <name>", "region to thaw it in; by default its own")
    .option("--keep-hours <n>", "how long it is to stay readable; 72 by default", Number)
    .option("--dry-run", "only the estimate")
    .option("--status", "list thaws and how far they are")
    .option(...DETACH)
    .action(async (options: ThawOptions) => {
      const connection = await connectServer(io, options);
      const { api } = connection;
      if (options.status === true) {
        const query = options.backupId === undefined ? {} : { backup_id: options.backupId };
        const list = unwrap(await api.GET("/v1/thaws", { params: { query } }));
        show(io, options, list, ({ items }) =>
          items.length === 0 ? "nothing was thawed" : renderTable(items, COLUMNS, widthOf(io)),
        );
        return;
      }
      const body = {
        backup_id: required(options.backupId, "--backup-id"),
        ...(options.region === undefined ? {} : { region: options.region }),
        ...(options.keepHours === undefined ? {} : { keep_hours: options.keepHours }),
      };
      const dry = { header: idempotencyKey(io), query: { dry_run: "true" } } as const;
      const estimate = unwrap(await api.POST("/v1/thaws", { params: dry, body })) as unknown as {
        readonly packs: number;
        readonly bytes: number;
        readonly expected_at: string;
        readonly cost: number | null;
        readonly region: string;
      };
      const cost =
        estimate.cost === null ? "the region's price is not said" : `costs about ${estimate.cost.toFixed(4)}`;
      const text = `${estimate.packs} packs, ${formatBytes(estimate.bytes)} in ${estimate.region}; readable at about ${formatTime(estimate.expected_at)}; ${cost}`;
      if (options.dryRun === true) {
        show(io, options, estimate, () => text);
        return;
      }
      const params = { header: idempotencyKey(io) };
      const accepted = unwrap(await api.POST("/v1/thaws", { params, body })) as unknown as Accepted;
      const job = await awaitJob(io, connection, options, accepted.job_id);
      if (job === undefined) {
        show(io, options, accepted, () => `${text}\njob ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
        return;
      }
      settle(io, job);
      const until = job.result?.["until"];
      const end = typeof until === "string" ? `until ${formatTime(until)}` : "until it is moved";
      show(io, options, job, () => `backup ${body.backup_id} is readable ${end}`);
    });
};
