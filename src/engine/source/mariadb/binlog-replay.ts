import { spawn } from "node:child_process";
import { open, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { coverOf, readPiece } from "../../log/index.ts";
import type { Repository } from "../../repository/index.ts";
import {
  fileOf,
  FORMAT,
  GTID,
  gtidOf,
  hasChecksums,
  HEADER_BYTES,
  isStandalone,
  MAGIC,
  offsetOf,
  positionOf,
  QUERY,
  queryOf,
  readHeader,
  verifyChecksum,
  XA_PREPARE,
  XID,
} from "./binlog-event.ts";
import type { BinlogReach } from "./binlog-log.ts";
import { endOf } from "./end.ts";
import { mariaError } from "./errors.ts";
import type { MariaHost, MariaInstance } from "./host.ts";

export type MariaPoint =
  | { readonly kind: "latest" }
  /** Transactions whose commit began before this second. */
  | { readonly kind: "time"; readonly at_ms: number }
  /** Up to this place, which must lie between transactions. */
  | { readonly kind: "position"; readonly file: string; readonly position: number }
  /** Up to and with this transaction. */
  | { readonly kind: "gtid"; readonly gtid: string };

export interface BinlogLaid {
  readonly files: readonly string[];
  readonly start: number;
  /** Where in the last file replay ends. */
  readonly stop: number;
  readonly stopped_at: string;
  readonly transactions: number;
  readonly bytes: number;
  readonly last_gtid: string | null;
  /** When the last transaction that is replayed began to commit. */
  readonly last_ms: number | null;
}

/** Follows the events of a log: where transactions begin and end. */
class Groups {
  #open: { readonly at: bigint; readonly gtid: string; standalone: boolean } | undefined;
  #checksums = true;
  transactions = 0;
  last_gtid: string | null = null;
  last_s = 0;
  /** Behind the last whole transaction. */
  end: bigint;
  readonly #from: bigint;
  readonly #point: MariaPoint;

  constructor(from: bigint, point: MariaPoint) {
    this.#from = from;
    this.end = from;
    this.#point = point;
  }

  /** @returns true when replay ends before this event */
  event(at: bigint, event: Buffer): boolean {
    const { type, at_s, size } = readHeader(event);
    if (type === FORMAT) this.#checksums = hasChecksums(event);
    if (this.#checksums) verifyChecksum(event, String(offsetOf(at)));
    if (at < this.#from) return false;
    const point = this.#point;
    if (point.kind === "position" && at >= positionOf(point.file, point.position)) return true;
    if (type === GTID) {
      if (point.kind === "time" && at_s >= Math.floor(point.at_ms / 1000)) return true;
      if (point.kind === "gtid" && this.last_gtid === point.gtid) return true;
      this.#open = { at, gtid: gtidOf(event), standalone: isStandalone(event) };
      return false;
    }
    const open = this.#open;
    if (open === undefined) {
      // Between transactions: a new file, a checkpoint. Replay may end behind it as well.
      if (this.end <= at) this.end = at + BigInt(size);
      return false;
    }
    const closes =
      type === XID ||
      type === XA_PREPARE ||
      (type === QUERY && (open.standalone || /^(COMMIT|ROLLBACK)\b/.test(queryOf(event, this.#checksums))));
    if (!closes) return false;
    this.#open = undefined;
    this.transactions++;
    this.last_gtid = open.gtid;
    this.last_s = at_s;
    this.end = at + BigInt(size);
    return false;
  }
}

/**
 * Lays the files that replay needs into a folder, from where the backup was made to the point.
 * @throws MARIA_TARGET_UNREACHABLE, LOG_*, MARIA_BINLOG_DAMAGED, STORE_*
 */
export async function layBinlog(
  repository: Repository,
  reach: BinlogReach,
  from: { readonly file: string; readonly position: number },
  point: MariaPoint,
  folder: string,
  signal: AbortSignal,
): Promise<BinlogLaid> {
  await mkdir(folder, { recursive: true });
  const start = positionOf(from.file, from.position);
  const groups = new Groups(start, point);
  const files: string[] = [];
  let bytes = 0;
  let stopped = false;
  const first = (start >> 32n) << 32n;
  let rest: Buffer = Buffer.alloc(0);
  let at = first;
  let out: Awaited<ReturnType<typeof open>> | undefined;
  try {
    for (const { key } of coverOf(reach.pieces, first, reach.end)) {
      signal.throwIfAborted();
      const { piece, bytes: all } = await readPiece(repository, key);
      const skip = Number(at + BigInt(rest.length) - piece.start);
      let chunk = skip > 0 ? all.subarray(skip) : all;
      let position = piece.start > at ? piece.start : at;
      if (rest.length > 0) {
        position = at;
        chunk = Buffer.concat([rest, chunk]);
      }
      let cursor = 0;
      while (cursor < chunk.length) {
        if (offsetOf(position) === 0) {
          if (chunk.length - cursor < MAGIC.length) break;
          await out?.close();
          const name = fileOf(reach.base, position);
          files.push(name);
          out = await open(join(folder, name), "w", 0o600);
          await out.write(MAGIC);
          cursor += MAGIC.length;
          position += BigInt(MAGIC.length);
          continue;
        }
        if (chunk.length - cursor < HEADER_BYTES) break;
        const size = chunk.readUInt32LE(cursor + 9);
        if (size < HEADER_BYTES)
          throw mariaError("MARIA_BINLOG_DAMAGED", `${files.at(-1) ?? ""}:${offsetOf(position)}: no event`);
        if (chunk.length - cursor < size) break;
        const event = chunk.subarray(cursor, cursor + size);
        if (groups.event(position, event)) {
          stopped = true;
          break;
        }
        await out?.write(event);
        bytes += size;
        cursor += size;
        position += BigInt(size);
      }
      if (stopped) break;
      rest = Buffer.from(chunk.subarray(cursor));
      at = position;
      // A closed file: what comes next is the beginning of the next one.
      if (rest.length === 0 && offsetOf(piece.end) === 0) at = piece.end;
    }
  } finally {
    await out?.close();
  }
  checkReached(point, stopped, groups, reach);
  const last = files.at(-1) ?? from.file;
  const stop_file = fileOf(reach.base, groups.end);
  const used = files.filter((file) => file <= stop_file);
  return {
    files: used.length === 0 ? [last] : used,
    start: from.position,
    stop: offsetOf(groups.end),
    stopped_at: `${stop_file}:${offsetOf(groups.end)}`,
    transactions: groups.transactions,
    bytes,
    last_gtid: groups.last_gtid,
    last_ms: groups.last_s === 0 ? null : groups.last_s * 1000,
  };
}

function checkReached(point: MariaPoint, stopped: boolean, groups: Groups, reach: BinlogReach): void {
  const end = `${fileOf(reach.base, reach.end)}:${offsetOf(reach.end)}`;
  const latest = new Date(reach.latest_ms).toISOString();
  const gap = reach.gap === null ? "" : `; behind it a hole leads to ${reach.gap.to}`;
  const unreachable = (what: string) =>
    mariaError("MARIA_TARGET_UNREACHABLE", `${what}: the log is held to ${end}, written ${latest}${gap}`, { latest });
  if (stopped || point.kind === "latest") return;
  if (point.kind === "time" && reach.gap !== null)
    throw unreachable(`no event of ${new Date(point.at_ms).toISOString()} or later is held`);
  if (point.kind === "gtid" && groups.last_gtid !== point.gtid)
    throw unreachable(`there is no transaction ${point.gtid} behind the backup`);
  if (point.kind === "position" && groups.end < positionOf(point.file, point.position))
    throw unreachable(`${point.file}:${point.position} is not held`);
}

/** Replays laid files into a server that runs here. @throws MARIA_LOAD with the words of the one that failed */
export async function replayBinlog(
  laid: BinlogLaid,
  folder: string,
  host: MariaHost,
  { socket, user }: Pick<MariaInstance, "socket" | "user">,
  signal: AbortSignal,
): Promise<void> {
  if (laid.transactions === 0) return;
  const reader = spawn(
    host.binlog,
    [
      "--no-defaults",
      "--disable-log-bin",
      `--start-position=${laid.start}`,
      `--stop-position=${laid.stop}`,
      ...laid.files,
    ],
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"], signal },
  );
  const client = spawn(
    host.client,
    [
      "--no-defaults",
      `--socket=${socket}`,
      `--user=${user}`,
      "--binary-mode",
      "--max-allowed-packet=1G",
      "--default-character-set=utf8mb4",
    ],
    { cwd: "/", stdio: ["pipe", "ignore", "pipe"], signal },
  );
  reader.stdout.on("error", () => client.stdin.destroy()); // the end of each says what happened
  client.stdin.on("error", () => reader.kill());
  reader.stdout.pipe(client.stdin);
  const ends = await Promise.all([endOf(reader, "mariadb-binlog"), endOf(client, "mariadb")]);
  // What failed first is what the client says: the other then writes into nothing.
  const failed = ends[1] ?? ends[0];
  if (failed !== null) throw mariaError("MARIA_LOAD", `the binary log could not be replayed: ${failed}`);
}
