import type { Command } from "commander";
import type { Repository } from "../../../../engine/repository/index.ts";
import { formatBytes, formatCount } from "../../format.ts";
import type { CliIo } from "../../io.ts";
import { show } from "../../output.ts";
import { type RepoOptions, withRepository } from "../../repository.ts";
import { renderDetails } from "../../table.ts";
import { repoCommand } from "./options.ts";

interface RepoStats {
  readonly repository_id: string;
  readonly backups: number;
  /** What restoring every backup would write. */
  readonly source_bytes: number;
  /** What the repository takes on the store, all objects. */
  readonly stored_bytes: number;
  readonly objects: Readonly<Record<ObjectKind, { readonly count: number; readonly bytes: number }>>;
}

/** First part of an object's key; `docs/format.md` §1. */
const OBJECT_KINDS = [
  "config",
  "keys",
  "packs",
  "index",
  "manifests",
  "forgotten",
  "sweeps",
  "commits",
  "leases",
] as const;
type ObjectKind = (typeof OBJECT_KINDS)[number];

export function registerStats(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "stats",
    "Count what a repository holds and what it takes on the disk.",
    "baas repo stats --repo /srv/backups",
  ).action(async (options: RepoOptions) => {
    show(io, options, await withRepository(io, options, collectStats), statsText);
  });
}

async function collectStats(repository: Repository): Promise<RepoStats> {
  const objects = Object.fromEntries(OBJECT_KINDS.map((kind) => [kind, { count: 0, bytes: 0 }])) as Record<
    ObjectKind,
    { count: number; bytes: number }
  >;
  let stored_bytes = 0;
  for (const kind of OBJECT_KINDS) {
    for await (const object of repository.store.list(kind === "config" ? kind : `${kind}/`)) {
      objects[kind].count++;
      objects[kind].bytes += object.size_bytes;
      stored_bytes += object.size_bytes;
    }
  }
  let source_bytes = 0;
  const ids = await repository.listBackupIds();
  const state = await repository.sweepState();
  for (const id of ids) source_bytes += (await repository.findManifest(id, state))?.stats.source_bytes ?? 0;
  return { repository_id: repository.id, backups: ids.length, source_bytes, stored_bytes, objects };
}

function statsText(stats: RepoStats): string {
  const ratio = stats.stored_bytes === 0 ? 0 : stats.source_bytes / stats.stored_bytes;
  return renderDetails([
    ["repository", stats.repository_id],
    ["backups", formatCount(stats.backups)],
    ["source, all backups", formatBytes(stats.source_bytes)],
    ["stored", `${formatBytes(stats.stored_bytes)} (${ratio.toFixed(1)} : 1)`],
    ...OBJECT_KINDS.map((kind) => {
      const { count, bytes } = stats.objects[kind];
      return [`  ${kind}`, `${formatCount(count)}, ${formatBytes(bytes)}`] as const;
    }),
  ]);
}
