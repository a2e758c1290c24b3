import { hasCode } from "../../base/index.ts";
import type { Problem } from "../pipeline/index.ts";
import type { Manifest } from "../repository/index.ts";
import type { StreamSource } from "../source/stream/index.ts";
import { findParent } from "./parent.ts";
import { runSession, type Session, type SessionOptions, type SessionPlan, type SessionResult } from "./session.ts";
import { ParentContents } from "./stream-parent.ts";
import { StreamReader } from "./stream-reader.ts";
import { Slabs } from "./stream-slabs.ts";
import type { BackupReport } from "./types.ts";

const PROBLEMS_MAX = 1000;

export interface StreamBackupOptions extends SessionOptions {
  /**
   * Opens the source; called again for a second try, which reads everything anew when part of the parent backup turns
   * out to be gone.
   * @param parent the backup whose unchanged parts may be taken over
   */
  readonly open: (parent: Pick<Manifest, "backup_id" | "details"> | null) => Promise<StreamSource>;
  /** Kind and root of the source, known before it is opened: they name its earlier backups. */
  readonly kind: string;
  readonly root: string;
  /** `null`: take nothing over. By default the newest backup of the same kind and root. */
  readonly parent_backup_id?: string | null;
}

/**
 * Makes one backup of a source that is no file tree on this machine. As {@link runBackup}: it exists, whole, when this
 * resolves.
 * @throws BACKUP_CANCELED, STREAM_*, STORE_*, KEY_*, and what the source throws
 */
export async function runStreamBackup(options: StreamBackupOptions): Promise<BackupReport> {
  try {
    return await run(options, options.parent_backup_id);
  } catch (error) {
    if (!hasCode(error, "STREAM_PARENT_INCOMPLETE") || options.parent_backup_id === null) throw error;
    return await run(options, null);
  }
}

async function run(options: StreamBackupOptions, parent_backup_id: string | null | undefined): Promise<BackupReport> {
  const { repository, kind, root } = options;
  const prepare = async (): Promise<SessionPlan> => ({
    parent: parent_backup_id === null ? null : await findParent(repository, kind, [root], parent_backup_id),
    scan: { roots: [], exclude: [], one_file_system: false, racy_from_ms: 0 },
    parent_tree: null,
  });
  return runSession(options, prepare, async (session) => {
    const source = await options.open(session.plan.parent);
    try {
      return await read(options, session, source, session.plan.parent);
    } finally {
      await source.close?.();
    }
  });
}

async function read(
  { repository, signal, kind, root }: StreamBackupOptions,
  { pool, meter, sink, loaded, drain }: Session<SessionPlan>,
  source: StreamSource,
  parent: Manifest | null,
): Promise<SessionResult> {
  const problems: Problem[] = [];
  let problems_total = 0;
  const contents = parent === null ? undefined : new ParentContents(parent, repository, loaded, sink);
  const { block_bytes } = repository.config;
  const reader = new StreamReader(new Slabs(pool, drain), contents, block_bytes, (page) => sink.add(page), meter);
  meter.begin("read and store", parent?.stats.files ?? null, parent?.stats.source_bytes ?? null);
  const entries = source.entries({
    signal,
    block_bytes,
    parent: contents ?? null,
    problem(problem) {
      problems_total++;
      if (problems.length < PROBLEMS_MAX) problems.push(problem);
    },
    expect: (files, bytes) => meter.begin("read and store", files, bytes),
  });
  for await (const entry of entries) {
    signal?.throwIfAborted();
    await reader.add(entry);
  }
  const tree = await reader.finish(drain);
  const details = await source.details?.();
  return {
    kind,
    roots: [Buffer.from(root)],
    tree,
    counts: { ...reader.counts, problems: problems_total },
    problems,
    parent_backup_id: parent?.backup_id ?? null,
    ...(details === undefined ? {} : { details }),
  };
}
