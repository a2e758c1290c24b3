import { resolve } from "node:path";
import type { Command } from "commander";
import { newId } from "../../../../base/index.ts";
import type { BackupReport } from "../../../../engine/backup/index.ts";
import type { Repository } from "../../../../engine/repository/index.ts";
import { EXIT } from "../../errors.ts";
import { formatBytes, formatCount, formatDuration } from "../../format.ts";
import type { CliIo } from "../../io.ts";
import { show } from "../../output.ts";
import { ProgressLine } from "../../progress.ts";
import { type RepoOptions, withRepository } from "../../repository.ts";
import { renderDetails } from "../../table.ts";
import { collect, countOption, repoCommand, THREADS_MAX, threadsOf } from "./options.ts";
import { problemLines } from "./problems.ts";

interface BackupCommandOptions extends RepoOptions {
  readonly exclude?: readonly string[];
  readonly oneFileSystem?: boolean;
  readonly threads?: number;
}

export function registerBackup(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "backup",
    "Back up files and folders. Unchanged files are taken over from the last backup of the same paths.\n" +
      "Exit code 3: the backup is made, but some files could not be read; it says which.",
    "baas repo backup --repo /srv/backups /home /etc --exclude '*.tmp' --exclude node_modules",
  )
    .argument("<path...>", "files and folders")
    .option("--exclude <glob>", "leave out what matches, as in .gitignore (may be given several times)", collect)
    .option("--one-file-system", "do not descend into other file systems")
    .option("--threads <n>", "worker threads (by default one per core, at most 4)", countOption(THREADS_MAX))
    .action(async (paths: readonly string[], options: BackupCommandOptions) => {
      const engine = () => import("../../../../engine/backup/index.ts");
      const progress = new ProgressLine(io, options);
      const work = async (repository: Repository) =>
        (await engine()).runBackup({
          repository,
          backup_id: newId("bkp", io.clock, io.random),
          source: {
            kind: "files",
            paths: paths.map((path) => resolve(io.cwd, path)),
            exclude: options.exclude ?? [],
            one_file_system: options.oneFileSystem ?? false,
          },
          labels: {},
          clock: io.clock,
          ...(options.threads === undefined ? {} : { threads: options.threads }),
          signal: io.signal,
          onProgress: progress.update,
        });
      const meanwhile = async () => (await engine()).backupThreads.warmUp(await threadsOf(options));
      const report = await withRepository(io, options, work, meanwhile).finally(() => progress.end());
      show(io, options, report, backupText);
      if (report.stats.problems > 0) io.exit_code = EXIT.partial;
    });
}

function backupText(report: BackupReport): string {
  const { stats } = report;
  const read_bytes_per_s = (stats.source_bytes / Math.max(1, report.duration_ms)) * 1000;
  const details = renderDetails([
    ["backup", report.backup_id],
    ["parent", report.parent_backup_id ?? "none (first backup of these paths)"],
    [
      "files",
      `${formatCount(stats.files)} (${formatCount(stats.unchanged_files)} unchanged), ${formatCount(stats.directories)} folders`,
    ],
    ["source", formatBytes(stats.source_bytes)],
    ["stored", `${formatBytes(stats.stored_bytes)} (${formatCount(stats.new_chunks)} new chunks)`],
    ["took", `${formatDuration(report.duration_ms)} (${formatBytes(read_bytes_per_s)}/s)`],
  ]);
  return [details, ...problemLines("could not be read", report.problems, stats.problems)].join("\n");
}
