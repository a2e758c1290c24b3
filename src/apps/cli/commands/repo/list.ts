import type { Command } from "commander";
import type { ForgottenBackup, Manifest } from "../../../../engine/repository/index.ts";
import { formatBytes, formatCount, formatTime } from "../../format.ts";
import type { CliIo } from "../../io.ts";
import { showList } from "../../output.ts";
import { type RepoOptions, withRepository } from "../../repository.ts";
import type { Column } from "../../table.ts";
import { repoCommand } from "./options.ts";

/** How many manifests are read at once. */
const READS_MAX = 16;

/** What the list shows of a manifest; field names are stable. */
interface BackupRow {
  readonly backup_id: string;
  readonly created_at: string;
  readonly kind: string;
  readonly paths: readonly string[];
  readonly files: number;
  readonly source_bytes: number;
  readonly stored_bytes: number;
  readonly problems: number;
  /** Of a deleted backup: until when it can be brought back. */
  readonly recoverable_until: string | null;
}

const COLUMNS: readonly Column<BackupRow>[] = [
  { title: "backup", value: (row) => row.backup_id },
  { title: "made", value: (row) => formatTime(row.created_at) },
  { title: "files", value: (row) => formatCount(row.files), align: "right" },
  { title: "source", value: (row) => formatBytes(row.source_bytes), align: "right" },
  { title: "new", value: (row) => formatBytes(row.stored_bytes), align: "right" },
  { title: "problems", value: (row) => row.problems, align: "right" },
  {
    title: "deleted",
    value: (row) => (row.recoverable_until === null ? "" : `until ${formatTime(row.recoverable_until)}`),
  },
  { title: "paths", value: (row) => row.paths.join(" "), shrink: true },
];

export function registerList(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "list",
    "List the backups of a repository, oldest first.",
    "baas repo list --repo /srv/backups",
  ).action(async (options: RepoOptions) => {
    const rows = await withRepository(io, options, async (repository) => {
      const found: BackupRow[] = [];
      const ids = await repository.listBackupIds();
      const [state, forgotten] = await Promise.all([repository.sweepState(), repository.readForgotten()]);
      for (let i = 0; i < ids.length; i += READS_MAX) {
        const batch = ids.slice(i, i + READS_MAX).map((id) => repository.findManifest(id, state));
        for (const manifest of await Promise.all(batch))
          if (manifest !== undefined) found.push(rowOf(manifest, forgotten.get(manifest.backup_id)));
      }
      return found;
    });
    showList(io, options, rows, COLUMNS, "no backups yet: baas repo backup --repo DIR PATH");
  });
}

function rowOf(manifest: Manifest, forgotten: ForgottenBackup | undefined): BackupRow {
  return {
    backup_id: manifest.backup_id,
    created_at: new Date(manifest.created_at_ms).toISOString(),
    kind: manifest.kind,
    paths: manifest.roots.map((root) => root.toString("utf8")),
    files: manifest.stats.files,
    source_bytes: manifest.stats.source_bytes,
    stored_bytes: manifest.stats.stored_bytes,
    problems: manifest.stats.problems,
    recoverable_until: forgotten === undefined ? null : new Date(forgotten.recoverable_until_ms).toISOString(),
  };
}
