import type { Command } from "commander";
import type { CheckReport } from "../../../../engine/check/index.ts";
import type { Repository } from "../../../../engine/repository/index.ts";
import { EXIT } from "../../errors.ts";
import { formatBytes, formatCount, formatDuration, printable } from "../../format.ts";
import type { CliIo } from "../../io.ts";
import { show } from "../../output.ts";
import { ProgressLine } from "../../progress.ts";
import { type RepoOptions, withRepository } from "../../repository.ts";
import { renderDetails } from "../../table.ts";
import { countOption, PROBLEMS_SHOWN_MAX, repoCommand, THREADS_MAX, threadsOf } from "./options.ts";

interface CheckCommandOptions extends RepoOptions {
  readonly readData?: boolean;
  readonly threads?: number;
}

export function registerCheck(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "check",
    "Check a repository: signatures, structure, presence and size of every object; with --read-data also every byte.\n" +
      "Exit code 1: something is damaged; it says which object and which backups it hurts.",
    "baas repo check --repo /srv/backups --read-data",
  )
    .option("--read-data", "read, decrypt and recompute everything")
    .option("--threads <n>", "worker threads (by default one per core, at most 4)", countOption(THREADS_MAX))
    .action(async (options: CheckCommandOptions) => {
      const engine = () => import("../../../../engine/check/index.ts");
      const progress = new ProgressLine(io, options);
      const work = async (repository: Repository) =>
        (await engine()).checkRepository({
          repository,
          read_data: options.readData ?? false,
          ...(options.threads === undefined ? {} : { threads: options.threads }),
          signal: io.signal,
          onProgress: progress.update,
        });
      const meanwhile = async () => {
        const { checkThreads } = await engine();
        if (options.readData === true) checkThreads.warmUp(await threadsOf(options));
      };
      const report = await withRepository(io, options, work, meanwhile).finally(() => progress.end());
      show(io, options, report, checkText);
      if (report.damaged.length > 0) io.exit_code = EXIT.failed;
    });
}

function checkText(report: CheckReport): string {
  const lines = [
    renderDetails([
      [
        "verdict",
        report.damaged.length === 0 ? "no damage found" : `${formatCount(report.damaged.length)} damaged objects`,
      ],
      ["backups", formatCount(report.backups)],
      [
        "read",
        `${formatCount(report.objects_read)} objects, ${formatBytes(report.bytes_read)}, ${formatCount(report.chunks_checked)} chunks`,
      ],
      ["orphan packs", formatCount(report.orphan_packs.length)],
      ["stale leases", formatCount(report.stale_leases.length)],
      ["took", formatDuration(report.duration_ms)],
    ]),
  ];
  for (const damage of report.damaged.slice(0, PROBLEMS_SHOWN_MAX)) {
    lines.push("", `${damage.object}: ${printable(damage.message)} (${damage.code})`);
    lines.push(`  hurts ${damage.backup_ids.length === 0 ? "no backup" : damage.backup_ids.join(", ")}`);
  }
  const rest = report.damaged.length - PROBLEMS_SHOWN_MAX;
  if (rest > 0) lines.push("", `… and ${formatCount(rest)} more; --json lists them all`);
  return lines.join("\n");
}
