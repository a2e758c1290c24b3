import { type Command, InvalidArgumentError } from "commander";
import type { SweepOptions, SweepPlan, SweepReport } from "../../../../engine/sweep/index.ts";
import { DURATION, duration_ms } from "../../../../base/index.ts";
import { EXIT } from "../../errors.ts";
import { formatBytes, formatCount, formatDuration, formatTime, printable } from "../../format.ts";
import type { CliIo } from "../../io.ts";
import { show } from "../../output.ts";
import { ProgressLine } from "../../progress.ts";
import { type RepoOptions, withRepository } from "../../repository.ts";
import { renderDetails } from "../../table.ts";
import { PROBLEMS_SHOWN_MAX, repoCommand } from "./options.ts";

interface SweepCommandOptions extends RepoOptions {
  readonly dryRun?: boolean;
  readonly maxUnused: number;
  readonly fresh: number;
  readonly wait: number;
}

export function registerSweep(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "sweep",
    "Free the storage that no backup needs any more, beside running backups. --dry-run tells what it would do.\n" +
      "Exit code 1: a backup could not be read whole; all that backups name was left alone.",
    "baas repo sweep --repo /srv/backups --dry-run",
  )
    .option("--dry-run", "only tell the plan")
    .option("--max-unused <percent>", "dead bytes that may stay beside live ones, of all live ones", percent, 5)
    .option(
      "--fresh <span>",
      "leave unneeded packs younger than this: a backup may be about to want them",
      span,
      span("1d"),
    )
    .option(
      "--wait <span>",
      "how long to wait for writers that began before; the next sweep ends what is left",
      span,
      0,
    )
    .action(async (options: SweepCommandOptions) => {
      const { planSweep, runSweep } = await import("../../../../engine/sweep/index.ts");
      const progress = new ProgressLine(io, options);
      const work = <T>(run: (sweep: SweepOptions) => Promise<T>): Promise<T> =>
        withRepository(io, options, (repository) =>
          run({
            repository,
            unused_share_max: options.maxUnused / 100,
            fresh_ms: options.fresh,
            wait_ms: options.wait,
            signal: io.signal,
            onProgress: progress.update,
          }),
        ).finally(() => progress.end());
      if (options.dryRun === true) {
        const plan = await work(planSweep);
        show(io, options, plan, planText);
        if (plan.damage.length > 0) io.exit_code = EXIT.failed;
        return;
      }
      const report = await work(runSweep);
      show(io, options, report, reportText);
      if (report.damage.length > 0) io.exit_code = EXIT.failed;
    });
}

function planText(plan: SweepPlan): string {
  const { requests, pending } = plan;
  return [
    renderDetails([
      [
        "backups",
        `${formatCount(plan.backups_live)}, of them deleted and recoverable ${formatCount(plan.backups_recoverable)}`,
      ],
      ["backups removed", formatCount(plan.backups_removed.length)],
      [
        "packs",
        `${formatCount(plan.packs_total)}, ${formatBytes(plan.bytes_total)}, of it needed ${formatBytes(plan.bytes_live)}`,
      ],
      ["packs deleted", formatCount(plan.packs_deleted)],
      ["packs rewritten", `${formatCount(plan.packs_rewritten)}, storing ${formatBytes(plan.bytes_rewritten)} anew`],
      ["freed", formatBytes(plan.bytes_freed)],
      ["dead, left beside live", formatBytes(plan.bytes_unused_kept)],
      ["unneeded, too young", `${formatCount(plan.packs_fresh)} packs`],
      [
        "requests",
        `${formatCount(requests.get)} get, ${formatCount(requests.put)} put, ${formatCount(requests.delete)} delete`,
      ],
      ["condemned before", pending.packs === 0 ? "none" : `${formatCount(pending.packs)} packs`],
    ]),
    ...waitingLines(pending.waiting_for),
    ...lockedLines(plan.locked),
    ...damageLines(plan.damage),
  ].join("\n");
}

function reportText(report: SweepReport): string {
  return [
    renderDetails([
      ["status", report.status === "done" ? "done" : "waiting for writers; the next sweep deletes what is condemned"],
      ["backups removed", formatCount(report.backups_removed.length)],
      ["packs deleted", `${formatCount(report.packs_deleted)}, ${formatBytes(report.bytes_deleted)}`],
      ["packs rewritten", `${formatCount(report.packs_rewritten)}, storing ${formatBytes(report.bytes_written)} anew`],
      ["kept for new backups", `${formatCount(report.packs_resurrected)} packs`],
      ["took", formatDuration(report.duration_ms)],
    ]),
    ...waitingLines(report.waiting_for),
    ...lockedLines(report.locked),
    ...damageLines(report.damage),
  ].join("\n");
}

function waitingLines(waiting: SweepReport["waiting_for"]): string[] {
  return waiting.map(
    ({ writer_id, operation, started_at_ms }) =>
      `waits for ${printable(operation)} ${writer_id}, begun ${formatTime(new Date(started_at_ms).toISOString())}`,
  );
}

function lockedLines(locked: SweepReport["locked"]): string[] {
  return limited(
    locked.map(
      ({ object, mode, retain_until_ms, size_bytes }) =>
        `locked (${mode}) until ${formatTime(new Date(retain_until_ms).toISOString())}: ${object}, ${formatBytes(size_bytes)}`,
    ),
  );
}

function damageLines(damage: SweepReport["damage"]): string[] {
  return limited(
    damage.map(({ backup_id, code, message }) => `${backup_id ?? "pack"}: ${printable(message)} (${code})`),
  );
}

function limited(lines: readonly string[]): string[] {
  const rest = lines.length - PROBLEMS_SHOWN_MAX;
  const more = rest > 0 ? [`… and ${formatCount(rest)} more; --json lists them all`] : [];
  return [...lines.slice(0, PROBLEMS_SHOWN_MAX), ...more];
}

function percent(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > 100) throw new InvalidArgumentError("a number from 0 to 100");
  return value;
}

function span(text: string): number {
  if (!DURATION.test(text)) throw new InvalidArgumentError("a span such as 10m or 1d");
  return duration_ms(text);
}
