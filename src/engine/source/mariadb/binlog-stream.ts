import type { Clock } from "../../../base/index.ts";
import { MariaConnection, type MariaTarget } from "./connect.ts";
import { mariaError } from "./errors.ts";
import { FORMAT, hasChecksums, HEADER_BYTES, HEARTBEAT, readHeader, ROTATE, verifyChecksum } from "./binlog-event.ts";

export type BinlogMessage =
  /** Bytes of a file, an event at a time. `offset` is where they stand in it. */
  | { readonly kind: "event"; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  /** The server has nothing beyond this place, and lives. */
  | { readonly kind: "alive"; readonly file: string; readonly offset: number }
  /** From here on events are of another file; `clean` when the last one was closed in order. */
  | { readonly kind: "file"; readonly file: string }
  /** The first event of a file that is entered in its middle: it stands there already. */
  | { readonly kind: "format"; readonly file: string; readonly created_s: number };

const QUEUE_BYTES = 32 * 1024 * 1024;
/** The server says that it lives this often, when nothing else happens. */
const HEARTBEAT_MS = 2000;
const SILENCE_MS = 30_000;
/** Statements that were written beside changes of rows come along, so that files are byte for byte the server's. */
const WITH_ANNOTATIONS = 0x02;

export interface BinlogFile {
  readonly file: string;
  readonly size: number;
}

/** A connection that reads a server's binary log as a replica does. */
export class BinlogStream {
  readonly #clock: Clock;
  readonly #connection: MariaConnection;
  readonly checksums: boolean;
  readonly #queue: BinlogMessage[] = [];
  #bytes = 0;
  #paused = false;
  #failure: unknown;
  #done = false;
  #wake: () => void = () => undefined;

  private constructor(connection: MariaConnection, checksums: boolean, clock: Clock) {
    this.#clock = clock;
    this.#connection = connection;
    this.checksums = checksums;
  }

  /** @throws MARIA_NO_BINLOG, MARIA_UNREACHABLE, MARIA_DENIED */
  static async open(target: MariaTarget, server_id: number, clock: Clock): Promise<BinlogStream> {
    const connection = await MariaConnection.open(target);
    try {
      const [row] = await connection.query(
        "SELECT @@log_bin AS log_bin, @@binlog_checksum AS checksum, @@server_id AS id",
      );
      if (row?.["log_bin"] !== "1") throw mariaError("MARIA_NO_BINLOG", "the server writes no binary log");
      if (row["id"] === String(server_id))
        throw mariaError("MARIA_REFUSED", `the server itself has the id ${server_id}: choose another binlog.server_id`);
      await connection.query("SET @master_binlog_checksum = @@global.binlog_checksum");
      await connection.query("SET @mariadb_slave_capability = 4");
      await connection.query(`SET @master_heartbeat_period = ${HEARTBEAT_MS * 1_000_000}`);
      return new BinlogStream(connection, row["checksum"] === "CRC32", clock);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** The files the server has, oldest first. */
  async files(): Promise<BinlogFile[]> {
    const rows = await this.#connection.query("SHOW BINARY LOGS");
    return rows.map((row) => ({ file: String(row["Log_name"]), size: Number(row["File_size"]) }));
  }

  /**
   * Everything from a place on, for ever.
   * @throws MARIA_BINLOG_LOST when the server no longer has it, MARIA_BINLOG_DAMAGED, MARIA_UNREACHABLE
   */
  async *read(file: string, offset: number, server_id: number, signal: AbortSignal): AsyncGenerator<BinlogMessage> {
    const request = Buffer.alloc(11 + Buffer.byteLength(file));
    request[0] = 0x12;
    request.writeUInt32LE(offset, 1);
    request.writeUInt16LE(WITH_ANNOTATIONS, 5);
    request.writeUInt32LE(server_id, 7);
    request.write(file, 11);
    const state = { file, at: offset, format: false };
    const stop = () => this.#connection.close();
    signal.addEventListener("abort", stop, { once: true });
    void this.#connection
      .command(request, ({ buffer, offset: at, end }) => {
        if (buffer[at] === 0xfe && end - at < 9) return true;
        this.#take(Buffer.from(buffer.subarray(at + 1, end)), state);
        return false;
      })
      .catch((error: unknown) => {
        this.#failure = lost(error);
      })
      .finally(() => {
        this.#done = true;
        this.#wake();
      });
    try {
      for (;;) {
        const next = this.#queue.shift();
        if (next !== undefined) {
          if (next.kind === "event") this.#bytes -= next.bytes.length;
          if (this.#paused && this.#bytes < QUEUE_BYTES / 2) {
            this.#paused = false;
            this.#connection.resume();
          }
          yield next;
          continue;
        }
        if (signal.aborted) return;
        if (this.#failure !== undefined) throw this.#failure;
        if (this.#done) throw mariaError("MARIA_UNREACHABLE", "the server ended the stream of its binary log");
        await this.#wait();
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.#connection.close();
    }
  }

  close(): void {
    this.#connection.close();
  }

  #take(event: Buffer, state: { file: string; at: number; format: boolean }): void {
    if (event.length < HEADER_BYTES) throw mariaError("MARIA_BINLOG_DAMAGED", "an event is shorter than its header");
    const { type, size, end, artificial, at_s } = readHeader(event);
    const where = `${state.file}:${state.at}`;
    if (size !== event.length)
      throw mariaError("MARIA_BINLOG_DAMAGED", `${where}: an event of ${size} bytes came as ${event.length}`);
    if (type === FORMAT) {
      const checksums = hasChecksums(event);
      // A file that is being written says so in its first event, and the server takes that back when it closes it.
      event.writeUInt16LE(event.readUInt16LE(17) & ~1, 17);
      if (checksums && end !== 0) verifyChecksum(event, where);
      state.format = checksums;
      if (end === 0) {
        this.#push({ kind: "format", file: state.file, created_s: at_s });
        return;
      }
    } else if (state.format) verifyChecksum(event, where);
    if (type === HEARTBEAT) {
      this.#push({ kind: "alive", file: state.file, offset: state.at });
      return;
    }
    if (type === ROTATE && artificial) {
      const tail = state.format || (this.checksums && !state.format) ? 4 : 0;
      const name = event.toString("latin1", HEADER_BYTES + 8, event.length - tail);
      const first = state.file === name;
      state.file = name;
      if (!first) state.at = 4;
      this.#push({ kind: "file", file: name });
      return;
    }
    if (artificial) return;
    if (end - size !== state.at)
      throw mariaError(
        "MARIA_BINLOG_DAMAGED",
        `${where}: the next event stands at ${end - size}; something between is missing`,
      );
    this.#push({ kind: "event", file: state.file, offset: state.at, bytes: event });
    state.at = end;
  }

  #push(message: BinlogMessage): void {
    this.#queue.push(message);
    if (message.kind === "event") {
      this.#bytes += message.bytes.length;
      if (this.#bytes > QUEUE_BYTES && !this.#paused) {
        this.#paused = true;
        this.#connection.pause();
      }
    }
    this.#wake();
  }

  async #wait(): Promise<void> {
    const spoken = new AbortController();
    const silence = this.#clock.sleep(SILENCE_MS, spoken.signal).then(
      () => {
        this.#failure = mariaError(
          "MARIA_UNREACHABLE",
          `nothing came from the server for ${SILENCE_MS / 1000} s, not even a sign of life`,
        );
      },
      () => undefined, // it has spoken
    );
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([silence, woken]);
    spoken.abort();
  }
}

/** What the server answers when it no longer has the file, or not as long as it was. */
function lost(error: unknown): unknown {
  const { message } = error as Error;
  if (!/error 1236\)/.test(message)) return error;
  return mariaError("MARIA_BINLOG_LOST", message, {}, error);
}
