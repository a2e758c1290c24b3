import { mkdir, open, readdir, writeFile } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { listPieces, readPiece } from "../../log/index.ts";
import type { Repository } from "../../repository/index.ts";
import type { PgBackupDetails } from "./details.ts";
import { historyName, segmentName, segmentStart } from "./lsn.ts";
import { historyLog } from "./wal-log.ts";
import { readSteps, type RecoveryTarget, type WalReach } from "./wal-plan.ts";

export interface LaidWal {
  readonly segments: number;
  readonly bytes: number;
}

/**
 * Writes the log that recovery needs into `pg_wal` of a laid data folder, as far as the target asks for it, and the
 * history files. What is there already, from the backup, is completed.
 * @throws LOG_*, STORE_*
 */
export async function layWal(
  repository: Repository,
  backup: PgBackupDetails,
  reach: WalReach,
  target: RecoveryTarget,
  data_dir: string,
  signal?: AbortSignal,
): Promise<LaidWal> {
  const folder = join(data_dir, "pg_wal");
  await mkdir(join(folder, "archive_status"), { recursive: true, mode: 0o700 });
  for await (const { key, start } of listPieces(repository.store, historyLog(backup.system_identifier))) {
    const { bytes } = await readPiece(repository, key);
    await writeFile(join(folder, historyName(Number(start))), bytes, { mode: 0o600 });
  }
  if (target.kind === "immediate") return { segments: 0, bytes: 0 };
  const { wal_segment_bytes } = backup;
  let file: { readonly name: string; readonly handle: FileHandle } | undefined;
  let [segments, laid] = [0, 0];
  try {
    for await (const { step, lsn, bytes, last_ms } of readSteps(repository, backup, reach)) {
      signal?.throwIfAborted();
      for (let at = 0; at < bytes.length; ) {
        const here = lsn + BigInt(at);
        const start = segmentStart(here, wal_segment_bytes);
        const offset = Number(here - start);
        const name = segmentName(step.timeline, here, wal_segment_bytes);
        if (file?.name !== name) {
          await file?.handle.close();
          file = { name, handle: await openSegment(join(folder, name), wal_segment_bytes) };
          segments++;
        }
        const count = Math.min(bytes.length - at, wal_segment_bytes - offset);
        await file.handle.write(bytes, at, count, offset);
        at += count;
        laid += count;
      }
      const end = lsn + BigInt(bytes.length);
      // Recovery stops at the first transaction after the time; it is in this piece.
      if (target.kind === "time" && last_ms > target.at_ms && end > lsnOf(backup)) break;
      if (target.kind === "lsn" && end > target.lsn + BigInt(wal_segment_bytes)) break;
    }
  } finally {
    await file?.handle.close();
  }
  return { segments, bytes: laid };
}

const lsnOf = (backup: PgBackupDetails): bigint => {
  const [high, low] = backup.stop_lsn.split("/") as [string, string];
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
};

/** A segment's file, of its full length: what nobody wrote reads as zeros, which is where log ends. */
async function openSegment(path: string, size: number): Promise<FileHandle> {
  const handle = await open(path, "a+", 0o600);
  await handle.close();
  const writable = await open(path, "r+");
  await writable.truncate(size);
  return writable;
}

/** Whether a folder has anything in it. */
export async function hasEntries(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).length > 0;
}
