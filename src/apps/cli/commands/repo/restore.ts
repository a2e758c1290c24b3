import { resolve } from "node:path";
import type { Command } from "commander";
import type { RestoreReport } from "../../../../engine/restore/index.ts";
import type { Repository } from "../../../../engine/repository/index.ts";
import { EXIT } from "../../errors.ts";
import { formatBytes, formatCount, formatDuration } from "../../format.ts";
import type { CliIo } from "../../io.ts";
import { show } from "../../output.ts";
import { ProgressLine } from "../../progress.ts";
import { type RepoOptions, resolveBackupId, withRepository } from "../../repository.ts";
import { renderDetails } from "../../table.ts";
import { collect, countOption, repoCommand, THREADS_MAX, threadsOf } from "./options.ts";
import { problemLines } from "./problems.ts";

interface RestoreCommandOptions extends RepoOptions {
  readonly target: string;
  readonly path?: readonly string[];
  readonly replace?: boolean;
  readonly threads?: number;
}

export function registerRestore(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "restore",
    "Restore a backup into a folder, and check every byte that is written. An interrupted restore goes on where it stopped.\n" +
      "Exit code 3: some paths could not be restored, all others were; it says which.",
    "baas repo restore --repo /srv/backups latest --target /tmp/restored --path home/ada/thesis",
  )
    .argument("<backup>", "backup id, its beginning, or `latest`")
    .requiredOption("--target <dir>", "folder to restore into; made when missing")
    .option("--path <path>", "only this path and what is below it (may be given several times)", collect)
    .option("--replace", "let existing files become the backup's; without it they are refused")
    .option("--threads <n>", "worker threads (by default one per core, at most 4)", countOption(THREADS_MAX))
    .action(async (backup: string, options: RestoreCommandOptions) => {
      const engine = () => import("../../../../engine/restore/index.ts");
      const progress = new ProgressLine(io, options);
      const work = async (repository: Repository) => {
        const { planRestore, runRestore } = await engine();
        const plan = await planRestore({
          repository,
          backup_id: await resolveBackupId(repository, backup),
          target: { kind: "folder", path: resolve(io.cwd, options.target) },
          ...(options.path === undefined ? {} : { paths: options.path }),
          existing: options.replace ? "replace" : "refuse",
          clock: io.clock,
          ...(options.threads === undefined ? {} : { threads: options.threads }),
        });
        return runRestore(plan, { signal: io.signal, onProgress: progress.update });
      };
      const meanwhile = async () => (await engine()).restoreThreads.warmUp(await threadsOf(options));
      const report = await withRepository(io, options, work, meanwhile).finally(() => progress.end());
      show(io, options, report, restoreText);
      if (report.failed_total > 0) io.exit_code = EXIT.partial;
    });
}

function restoreText(report: RestoreReport): string {
  const rate_bytes_per_s = (report.bytes_written / Math.max(1, report.duration_ms)) * 1000;
  const details = renderDetails([
    ["backup", report.backup_id],
    [
      "files",
      `${formatCount(report.files)}, ${formatCount(report.directories)} folders, ${formatCount(report.others)} others`,
    ],
    ["written", formatBytes(report.bytes_written)],
    ["already right", formatBytes(report.bytes_kept)],
    [
      "took",
      `${formatDuration(report.duration_ms)} (${formatBytes(rate_bytes_per_s)}/s)${report.resumed ? ", resumed" : ""}`,
    ],
  ]);
  return [
    details,
    ...problemLines("could not be restored", report.failed, report.failed_total),
    ...problemLines("restored with a remark", report.warnings, report.warnings.length),
  ].join("\n");
}
