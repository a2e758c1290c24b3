import type { Socket } from "node:net";
import type pg from "pg";
import type { Clock } from "../../../base/index.ts";
import { asPgError, describeTarget, openReplicationSocket, type PgTarget } from "./connect.ts";
import { pgError } from "./errors.ts";
import { type Inlet, INLET_MESSAGE_MAX } from "./inlet.ts";

/** A message of the server: its type's letter, and what follows. The body is valid until the next one is asked for. */
export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

export interface Row {
  readonly [column: string]: string | null;
}

export interface Notice {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

const MESSAGE_BYTES_MAX = 1 << 30;
const BODY_AT = 5;

/** One connection in the replication protocol. Bytes are pulled, so whoever is slow slows the server. */
export class ReplicationConnection {
  readonly #socket: Socket;
  readonly #client: pg.Client;
  readonly #target: PgTarget;
  readonly #clock: Clock;
  readonly #inlet: Inlet | undefined;
  /** Bytes that are here and are no whole message. */
  #seen = 0;
  #pending: Buffer = Buffer.alloc(0);
  #at = 0;
  #failure: Error | undefined;
  #ended = false;
  #wake: (() => void) | undefined;
  /** Called for each warning the server sends beside its answers. */
  onNotice: (notice: Notice) => void = () => undefined;

  private constructor(socket: Socket, client: pg.Client, target: PgTarget, clock: Clock, inlet: Inlet | undefined) {
    this.#inlet = inlet;
    this.#clock = clock;
    this.#socket = socket;
    this.#client = client;
    this.#target = target;
    const wake = () => this.#wake?.();
    socket.on("readable", wake);
    socket.on("end", () => {
      this.#ended = true;
      wake();
    });
    socket.on("close", () => {
      this.#ended = true;
      wake();
    });
    socket.on("error", (error) => {
      this.#failure ??= error;
      wake();
    });
  }

  /** @throws PG_UNREACHABLE, PG_DENIED, PG_TIMEOUT, PG_NOT_CONFIGURED */
  static async open(target: PgTarget, clock: Clock): Promise<ReplicationConnection> {
    const { socket, client, inlet } = await openReplicationSocket(target);
    return new ReplicationConnection(socket, client, target, clock, inlet);
  }

  /** The next message if it is here already. */
  take(): Message | undefined {
    const inlet = this.#inlet;
    if (inlet !== undefined) {
      const { bytes } = inlet;
      const length = this.#wholeIn(bytes, 0, INLET_MESSAGE_MAX - BODY_AT);
      if (length === undefined) {
        inlet.refill();
        this.#seen = inlet.bytes.length;
        return undefined;
      }
      inlet.consume(1 + length);
      return { type: String.fromCharCode(bytes[0] as number), body: bytes.subarray(BODY_AT, 1 + length) };
    }
    for (;;) {
      const length = this.#wholeIn(this.#pending, this.#at, MESSAGE_BYTES_MAX);
      if (length !== undefined) {
        const type = String.fromCharCode(this.#pending[this.#at] as number);
        const body = this.#pending.subarray(this.#at + BODY_AT, this.#at + 1 + length);
        this.#at += 1 + length;
        return { type, body };
      }
      const chunk = this.#socket.read() as Buffer | null;
      if (chunk === null) return undefined;
      const rest = this.#pending.subarray(this.#at);
      this.#pending = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      this.#at = 0;
    }
  }

  /** The length of the message at a place, without its first byte; `undefined` when it is not whole yet. */
  #wholeIn(bytes: Buffer, at: number, most: number): number | undefined {
    const available = bytes.length - at;
    if (available < BODY_AT) return undefined;
    const length = bytes.readUInt32BE(at + 1);
    if (length < 4 || length > most)
      throw pgError("PG_PROTOCOL", `${describeTarget(this.#target)}: a message claims ${length} bytes`);
    return available >= 1 + length ? length : undefined;
  }

  /**
   * Resolves when there may be more; `false` when nothing came in `wait_ms`.
   * @throws PG_UNREACHABLE when the connection is gone
   */
  async more(wait_ms: number, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    if (this.#failure !== undefined) throw asPgError(this.#failure, this.#target);
    if (this.#socket.readableLength > 0) return true;
    // What came while nobody waited.
    if (this.#inlet !== undefined && this.#inlet.bytes.length !== this.#seen) return true;
    if (this.#ended)
      throw pgError("PG_UNREACHABLE", `${describeTarget(this.#target)}: the server closed the connection`);
    const waited = new AbortController();
    const came = new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(true);
    });
    const stop = signal === undefined ? waited.signal : AbortSignal.any([waited.signal, signal]);
    const slept = this.#clock.sleep(wait_ms, stop).then(
      () => false,
      () => false,
    );
    try {
      const found = await Promise.race([came, slept]);
      signal?.throwIfAborted();
      return found;
    } finally {
      this.#wake = undefined;
      waited.abort();
    }
  }

  /** Waits for the next message that is no notice. @throws PG_*, also for an error the server reports */
  async next(wait_ms: number, signal?: AbortSignal): Promise<Message> {
    for (;;) {
      const message = this.take();
      if (message === undefined) {
        if (!(await this.more(wait_ms, signal)))
          throw pgError("PG_TIMEOUT", `${describeTarget(this.#target)}: nothing came for ${wait_ms / 1000} s`);
        continue;
      }
      if (!this.aside(message)) return message;
    }
  }

  /** Deals with what may come at any time. @throws the server's error */
  aside({ type, body }: Message): boolean {
    if (type === "E") throw asPgError(fieldsOf(body), this.#target);
    if (type === "N") this.onNotice(fieldsOf(body));
    return type === "N" || type === "S";
  }

  send(type: string, body: Buffer): void {
    const header = Buffer.alloc(5);
    header.write(type, 0, "latin1");
    header.writeUInt32BE(body.length + 4, 1);
    this.#socket.write(Buffer.concat([header, body]));
  }

  sendQuery(text: string): void {
    this.send("Q", Buffer.from(`${text}\0`));
  }

  /** Runs a command that answers with rows. @throws PG_* */
  async query(text: string, wait_ms = 60_000, signal?: AbortSignal): Promise<Row[]> {
    this.sendQuery(text);
    const rows: Row[] = [];
    let columns: readonly string[] = [];
    for (;;) {
      const { type, body } = await this.next(wait_ms, signal);
      if (type === "T") columns = columnsOf(body);
      else if (type === "D") rows.push(rowOf(body, columns));
      else if (type === "Z") return rows;
    }
  }

  /** Reads one result set of the command under way, up to its end. */
  async rows(wait_ms: number, signal?: AbortSignal): Promise<Row[]> {
    const rows: Row[] = [];
    let columns: readonly string[] = [];
    for (;;) {
      const { type, body } = await this.next(wait_ms, signal);
      if (type === "T") columns = columnsOf(body);
      else if (type === "D") rows.push(rowOf(body, columns));
      else if (type === "C") return rows;
      else throw pgError("PG_PROTOCOL", `${describeTarget(this.#target)}: ${type} where rows should be`);
    }
  }

  /** Waits until the server takes the next command: behind its last answer, or behind an error. @throws PG_* */
  async ready(wait_ms: number): Promise<void> {
    while ((await this.next(wait_ms)).type !== "Z");
  }

  /** The single row behind a description that came already. */
  async restOfRows(description: Buffer, wait_ms: number): Promise<Row> {
    const columns = columnsOf(description);
    let row: Row = {};
    for (;;) {
      const { type, body } = await this.next(wait_ms);
      if (type === "D") row = rowOf(body, columns);
      else if (type === "C") return row;
    }
  }

  close(): void {
    this.#socket.destroy();
    void this.#client.end().catch(() => undefined);
  }
}

function columnsOf(body: Buffer): string[] {
  const names: string[] = [];
  let at = 2;
  for (let i = body.readUInt16BE(0); i > 0; i--) {
    const end = body.indexOf(0, at);
    names.push(body.toString("utf8", at, end));
    at = end + 1 + 18;
  }
  return names;
}

function rowOf(body: Buffer, columns: readonly string[]): Row {
  const row: Record<string, string | null> = {};
  let at = 2;
  for (const column of columns) {
    const length = body.readInt32BE(at);
    at += 4;
    row[column] = length < 0 ? null : body.toString("utf8", at, at + length);
    at += Math.max(0, length);
  }
  return row;
}

function fieldsOf(body: Buffer): Notice {
  const fields: Record<string, string> = {};
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const end = body.indexOf(0, at + 1);
    fields[String.fromCharCode(body[at] as number)] = body.toString("utf8", at + 1, end);
    at = end + 1;
  }
  return { severity: fields["V"] ?? fields["S"] ?? "", code: fields["C"] ?? "", message: fields["M"] ?? "" };
}
