import type { Command } from "commander";
import { Option } from "commander";
import type { KeyScheduleView, RotationPlan, RotationView } from "../../../protocol/index.ts";
import { formatBytes, formatDuration, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show } from "../output.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, required, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { type Column, renderTable } from "../table.ts";
import { endText } from "./job.ts";

type PhaseRow = RotationView["phases"][number];

const PHASES: readonly Column<PhaseRow>[] = [
  { title: "region", value: (row) => row.region },
  { title: "phase", value: (row) => row.phase },
  { title: "packs", value: (row) => row.packs_total, align: "right" },
  { title: "bytes", value: (row) => formatBytes(row.bytes_total), align: "right" },
  { title: "done", value: (row) => formatBytes(row.bytes_done), align: "right" },
  { title: "left", value: (row) => formatBytes(row.bytes_left), align: "right" },
  {
    title: "rate",
    value: ({ bytes_per_second: rate }) => (rate === null ? null : `${formatBytes(rate)}/s`),
    align: "right",
  },
  {
    title: "time left",
    value: ({ left_seconds }) => (left_seconds === null ? null : formatDuration(left_seconds * 1000)),
    align: "right",
  },
  { title: "by", value: (row) => formatTime(row.finished_at ?? row.due_at) },
  { title: "thawing", value: ({ thawing_packs: packs, thaw_ready_at }) => thawText(packs, thaw_ready_at) },
  { title: "locked", value: lockedText },
];

function thawText(packs: number, ready_at: string | null): string | null {
  if (packs === 0) return null;
  return ready_at === null ? `${packs} packs` : `${packs} packs, until ${formatTime(ready_at)}`;
}

const PLAN: readonly Column<
  Pick<PhaseRow, LockedFields | "phase"> & { region: string; packs: number; bytes: number }
>[] = [
  { title: "region", value: (row) => row.region },
  { title: "phase", value: (row) => row.phase },
  { title: "packs", value: (row) => row.packs, align: "right" },
  { title: "bytes", value: (row) => formatBytes(row.bytes), align: "right" },
  { title: "locked", value: lockedText },
];

type LockedFields = "locked_packs" | "locked_bytes" | "locked_until";

function lockedText(row: Pick<PhaseRow, LockedFields>): string {
  if (row.locked_packs === 0) return "none";
  return `${row.locked_packs} packs, ${formatBytes(row.locked_bytes)}, until ${formatTime(row.locked_until)}`;
}

/** `baas key rotate`, `rotation status`, `schedule`, `retire`. */
export function registerRotation(key: Command, io: CliIo): void {
  const example = "baas key rotate --project acme-prod";
  serverCommand(key, "rotate", "Rotate a project's key: new version, new epoch, recent data sealed anew.", example)
    .option("--project <name>", "project whose key is rotated")
    .option("--emergency", "after a compromise: everything now, without a limit, the old version out of use")
    .option("--rate <bytes>", "bytes a second at most, in each region", (text) => Number(text))
    .option("--dry-run", "show what would be sealed anew, and what is locked; change nothing")
    .option(...DETACH)
    .action(
      async (options: WaitOptions & { project?: string; emergency?: boolean; rate?: number; dryRun?: boolean }) => {
        const connection = await connectServer(io, options);
        const rate = options.rate === undefined ? {} : { bytes_per_second: options.rate };
        const body = {
          project: required(options.project, "--project"),
          emergency: options.emergency ?? false,
          ...rate,
        };
        const query = { dry_run: options.dryRun ? ("true" as const) : ("false" as const) };
        const params = { header: idempotencyKey(io), query };
        const accepted = unwrap(await connection.api.POST("/v1/rotations", { params, body }));
        if (options.dryRun) {
          show(io, options, accepted as unknown as RotationPlan, planText);
          return;
        }
        const { job_id } = accepted as { job_id: string };
        const job = await awaitJob(io, connection, options, job_id);
        if (job === undefined) {
          show(io, options, accepted, () => `job ${job_id} started: baas key rotation status`);
          return;
        }
        settle(io, job);
        show(io, options, job, () => `${endText(job)}\nwhat is sealed anew: baas key rotation status`);
      },
    );

  const watching = "baas key rotation status --project acme-prod";
  const rotation = group(key, "rotation", "how far rotations are", watching);
  serverCommand(rotation, "status", "Show how far each region is, and what is locked until when.", watching)
    .option("--project <name>", "only of this project")
    .action(async (options: ServerOptions & { project?: string }) => {
      const { api } = await connectServer(io, options);
      const query = options.project === undefined ? {} : { project: options.project };
      const status = unwrap(await api.GET("/v1/rotations", { params: { query } }));
      show(io, options, status, ({ items }) =>
        items.length === 0 ? "no key was rotated yet" : items.map(statusText).join("\n\n"),
      );
    });

  const setting = "baas key schedule --project acme-prod --every quarterly";
  serverCommand(key, "schedule", "Show or set how often a project's key is rotated.", setting)
    .option("--project <name>", "project")
    .addOption(new Option("--every <interval>", "how often").choices(["annual", "quarterly", "monthly", "never"]))
    .action(async (options: ServerOptions & { project?: string; every?: KeyScheduleView["every"] }) => {
      const { api } = await connectServer(io, options);
      const project = required(options.project, "--project");
      const schedule =
        options.every === undefined
          ? unwrap(await api.GET("/v1/key-schedules/{id}", { params: { path: { id: project } } }))
          : unwrap(
              await api.POST("/v1/key-schedules", {
                params: { header: idempotencyKey(io) },
                body: { project, every: options.every },
              }),
            );
      show(
        io,
        options,
        schedule,
        (it) => `${it.project}: ${it.every}, next ${it.next_at === null ? "never" : formatTime(it.next_at)}`,
      );
    });

  const retiring = "baas key retire --project acme-prod --key-version 1";
  serverCommand(key, "retire", "Destroy an old version 30 days from now, if nothing depends on it.", retiring)
    .option("--project <name>", "project")
    .option("--region <name>", "the key of this region, which has its own")
    .option("--key-version <n>", "the old version", (text) => Number(text))
    .option(...DETACH)
    .action(async (options: WaitOptions & { project?: string; region?: string; keyVersion?: number }) => {
      const connection = await connectServer(io, options);
      const version = Number(required(options.keyVersion?.toString(), "--key-version"));
      const of = options.region === undefined ? {} : { region: options.region };
      const body = { project: required(options.project, "--project"), ...of, version };
      const params = { header: idempotencyKey(io) };
      const accepted = unwrap(await connection.api.POST("/v1/key-retirements", { params, body }));
      const job = await awaitJob(io, connection, options, accepted.job_id);
      if (job === undefined) {
        show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
        return;
      }
      settle(io, job);
      show(io, options, job, endText);
    });
}

function statusText(it: RotationView): string {
  const steps = it.keys.map(({ old_version, new_version }) => `${old_version} → ${new_version ?? "…"}`);
  const versions = `version ${steps.join(" and ")}, epoch ${it.epoch ?? "…"}`;
  const head = `${it.project}: ${it.state}, ${versions}, begun ${formatTime(it.created_at)} by ${it.requested_by}`;
  return it.phases.length === 0 ? head : `${head}\n${renderTable(it.phases, PHASES, undefined)}`;
}

function planText(plan: RotationPlan): string {
  const rows = plan.regions.flatMap(({ region, phases }) => phases.map((phase) => ({ region, ...phase })));
  return `${plan.project}: version ${plan.old_version} of ${plan.key_id} is replaced\n${renderTable(rows, PLAN, undefined)}`;
}
