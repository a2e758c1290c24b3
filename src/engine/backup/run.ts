import { lstatSync } from "node:fs";
import type { Manifest } from "../repository/index.ts";
import { compileExclude, sourceError } from "../source/files/index.ts";
import { backupError } from "./errors.ts";
import { findParent } from "./parent.ts";
import { ScanRun } from "./scan-run.ts";
import { runSession } from "./session.ts";
import type { BackupOptions, BackupReport, BackupSource } from "./types.ts";

const RACY_MS = 2000;

export interface BackupPlan {
  readonly options: BackupOptions;
  readonly roots: readonly string[];
  /** Where each root is read. */
  readonly read_at: readonly string[];
  readonly parent: Manifest | null;
  /** Expected from the parent; `null` without one. */
  readonly expected_files: number | null;
  readonly expected_bytes: number | null;
}

/** Checks the source and chooses the parent. @throws SOURCE_UNREACHABLE, BACKUP_NO_PATHS */
export async function planBackup(options: BackupOptions): Promise<BackupPlan> {
  const { source, repository } = options;
  if (source.paths.length === 0) throw backupError("BACKUP_NO_PATHS", "a backup needs at least one path");
  const roots = distinctRoots(source.paths.map(cleanPath), source);
  compileExclude(source.exclude ?? []);
  const read_at = roots.map((root) => seenAt(root, source));
  for (const root of read_at) {
    try {
      lstatSync(root);
    } catch (cause) {
      throw sourceError(
        "SOURCE_UNREACHABLE",
        `${root} cannot be read: ${(cause as Error).message}`,
        { path: root },
        cause,
      );
    }
  }
  const parent =
    options.parent_backup_id === null ? null : await findParent(repository, "files", roots, options.parent_backup_id);
  return {
    options,
    roots,
    read_at,
    parent,
    expected_files: parent === null ? null : parent.stats.files,
    expected_bytes: parent === null ? null : parent.stats.source_bytes,
  };
}

function seenAt(root: string, { seen_at }: BackupSource): string {
  for (const [path, place] of seen_at ?? []) if (cleanPath(path) === root) return cleanPath(place);
  return root;
}

function cleanPath(path: string): string {
  if (!path.startsWith("/")) throw backupError("BACKUP_NO_PATHS", `${path} is no absolute path`, { path });
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw backupError("BACKUP_NO_PATHS", `${path} goes up with ..`, { path });
  return `/${parts.join("/")}`;
}

/** A path as people know it, whose snapshot was read. */
function asKnown(path: string, { roots, read_at }: BackupPlan): string {
  const at = read_at.findIndex((place, i) => place !== roots[i] && (path === place || path.startsWith(`${place}/`)));
  return at < 0 ? path : `${roots[at]}${path.slice(read_at[at]?.length)}`;
}

/**
 * A root below another is part of it already, unless a mount or an exclude stands between them: listed twice, it would
 * be restored twice into one place.
 */
function distinctRoots(paths: readonly string[], { exclude, one_file_system }: BackupSource): string[] {
  const roots = [...new Set(paths)];
  if (one_file_system === true || (exclude ?? []).length > 0) return roots;
  const isBelow = (path: string, folder: string) =>
    path !== folder && path.startsWith(folder === "/" ? "/" : `${folder}/`);
  return roots.filter(
    (path) =>
      !roots.some((folder) => isBelow(path, folder) && lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()),
  );
}

/**
 * Makes one backup. It exists, whole, when this resolves; when it rejects, nothing is acknowledged and what was stored
 * is found again by the next run. A `backup_id` whose manifest exists already is not made twice.
 * @throws SOURCE_UNREACHABLE, BACKUP_CANCELED, STORE_*, KEY_*
 */
export function runBackup(options: BackupOptions): Promise<BackupReport> {
  const { source, signal } = options;
  const prepare = async () => {
    const plan = await planBackup(options);
    return {
      ...plan,
      parent_tree: plan.parent?.tree ?? null,
      scan: {
        roots: plan.read_at.map((root) => Buffer.from(root)),
        exclude: source.exclude ?? [],
        one_file_system: source.one_file_system ?? false,
        racy_from_ms: plan.parent === null ? 0 : plan.parent.started_at_ms - RACY_MS,
      },
    };
  };
  return runSession(options, prepare, async ({ plan, pool, meter, sink, drain }) => {
    meter.begin("scan and store", plan.expected_files, plan.expected_bytes);
    const roots = plan.roots.map((root) => Buffer.from(root));
    const scan = new ScanRun(pool, roots, (page) => sink.add(page), drain);
    const tree = await scan.run(signal);
    const { counts } = scan;
    const problems = scan.problems.map((problem) => ({ ...problem, path: asKnown(problem.path, plan) }));
    if (counts.files + counts.directories + counts.others === 0) {
      const why = problems[0] === undefined ? "" : `: ${problems[0].message}`;
      throw sourceError("SOURCE_UNREACHABLE", `nothing of ${plan.roots.join(", ")} could be read${why}`);
    }
    return {
      kind: "files",
      roots,
      tree,
      counts,
      problems,
      parent_backup_id: plan.parent?.backup_id ?? null,
      exclude: source.exclude ?? [],
      one_file_system: source.one_file_system ?? false,
    };
  });
}
