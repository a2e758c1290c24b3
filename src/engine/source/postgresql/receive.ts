import type { Clock } from "../../../base/index.ts";
import { describeTarget, type PgTarget } from "./connect.ts";
import { pgError } from "./errors.ts";
import { formatLsn, fromPgMicros, parseLsn, toPgMicros } from "./lsn.ts";
import { ReplicationConnection } from "./replication.ts";

/** Without a word from the server for so long, although asked, the connection is dead. */
const DEAD_MS = 60_000;
const STATUS_EVERY_MS = 5_000;

export type Received =
  | { readonly kind: "data"; readonly lsn: bigint; readonly bytes: Buffer; readonly sent_ms: number }
  /** Nothing new for the moment. */
  | { readonly kind: "idle" }
  /** The timeline ended; go on with the next one. */
  | { readonly kind: "switch"; readonly timeline: number; readonly lsn: bigint };

/** What is known of a replication slot. */
export interface SlotPosition {
  readonly restart_lsn: bigint | null;
}

/** Streams write-ahead log of one timeline after the other over one connection. */
export class WalReceiver {
  readonly connection: ReplicationConnection;
  readonly #target: PgTarget;
  readonly #clock: Clock;
  #written = 0n;
  #flushed = 0n;
  #told_ms = 0;
  /** The server's position as it last said. */
  server_lsn = 0n;

  constructor(connection: ReplicationConnection, target: PgTarget, clock: Clock) {
    this.connection = connection;
    this.#target = target;
    this.#clock = clock;
  }

  /** Makes the slot unless it is there, holding log from now on. @throws PG_NOT_CONFIGURED, PG_* */
  async ensureSlot(slot: string): Promise<boolean> {
    try {
      await this.connection.query(`CREATE_REPLICATION_SLOT ${slot} PHYSICAL RESERVE_WAL`);
      return true;
    } catch (error) {
      if ((error as { context?: { sqlstate?: string } }).context?.sqlstate !== "42710") throw error;
      await this.#ready();
      return false;
    }
  }

  async dropSlot(slot: string): Promise<void> {
    await this.connection.query(`DROP_REPLICATION_SLOT ${slot}`);
  }

  /** From 15 on: from where the slot holds log. */
  async readSlot(slot: string): Promise<SlotPosition> {
    const [row] = await this.connection.query(`READ_REPLICATION_SLOT ${slot}`);
    const lsn = row?.["restart_lsn"] ?? null;
    return { restart_lsn: lsn === null ? null : parseLsn(lsn) };
  }

  /** After an error the server still says that it is ready. */
  async #ready(): Promise<void> {
    while ((await this.connection.next(DEAD_MS)).type !== "Z");
  }

  async position(): Promise<{ readonly timeline: number; readonly lsn: bigint }> {
    const [row] = await this.connection.query("IDENTIFY_SYSTEM");
    return { timeline: Number(row?.["timeline"]), lsn: parseLsn(row?.["xlogpos"] ?? "0/0") };
  }

  /** Text of a timeline's history file. */
  async history(timeline: number): Promise<string> {
    const [row] = await this.connection.query(`TIMELINE_HISTORY ${timeline}`);
    return row?.["content"] ?? "";
  }

  /**
   * Log of `timeline` from `from` on, as it is written, until the timeline ends or the signal stops it.
   * @throws PG_WAL_REMOVED when the server no longer has it; PG_*
   */
  async *stream(slot: string, timeline: number, from: bigint, signal: AbortSignal): AsyncGenerator<Received> {
    const { connection } = this;
    this.#written = this.#flushed = from;
    connection.sendQuery(`START_REPLICATION SLOT ${slot} PHYSICAL ${formatLsn(from)} TIMELINE ${timeline}`);
    let last_heard = this.#clock.monotonic_ms();
    let copying = false;
    for (;;) {
      const message = connection.take();
      if (message === undefined) {
        if (copying && this.#clock.monotonic_ms() - this.#told_ms > STATUS_EVERY_MS) this.#status(true);
        if (copying) yield { kind: "idle" };
        if (await connection.more(500, signal)) continue;
        if (this.#clock.monotonic_ms() - last_heard > DEAD_MS)
          throw pgError("PG_TIMEOUT", `${describeTarget(this.#target)}: no word for ${DEAD_MS / 1000} s`);
        continue;
      }
      last_heard = this.#clock.monotonic_ms();
      if (connection.aside(message)) continue;
      const { type, body } = message;
      if (type === "W") copying = true;
      else if (type === "d" && body[0] === 0x77) {
        const lsn = body.readBigUInt64BE(1);
        const bytes = body.subarray(25);
        this.server_lsn = body.readBigUInt64BE(9);
        this.#written = lsn + BigInt(bytes.length);
        yield { kind: "data", lsn, bytes, sent_ms: fromPgMicros(body.readBigInt64BE(17)) };
      } else if (type === "d" && body[0] === 0x6b) {
        this.server_lsn = body.readBigUInt64BE(1);
        if (body[17] === 1) this.#status(false);
      } else if (type === "c") {
        connection.send("c", Buffer.alloc(0));
        copying = false;
      } else if (type === "T") {
        const { timeline: next, lsn } = await this.#nextTimeline(body);
        yield { kind: "switch", timeline: next, lsn };
        return;
      } else if (type === "Z")
        throw pgError("PG_UNREACHABLE", `${describeTarget(this.#target)}: the server stopped streaming`);
    }
  }

  async #nextTimeline(description: Buffer): Promise<{ timeline: number; lsn: bigint }> {
    const row = await this.connection.restOfRows(description, DEAD_MS);
    await this.#ready();
    return { timeline: Number(row["next_tli"]), lsn: parseLsn(row["next_tli_startpos"] ?? "0/0") };
  }

  /** Tells the server what is durable here: it may forget what lies before. */
  acknowledge(lsn: bigint): void {
    if (lsn > this.#flushed) this.#flushed = lsn;
    this.#status(false);
  }

  #status(answer: boolean): void {
    this.#told_ms = this.#clock.monotonic_ms();
    const body = Buffer.alloc(34);
    body[0] = 0x72;
    body.writeBigUInt64BE(this.#written, 1);
    body.writeBigUInt64BE(this.#flushed, 9);
    body.writeBigUInt64BE(0n, 17);
    body.writeBigInt64BE(toPgMicros(this.#clock.now_ms()), 25);
    body[33] = answer ? 1 : 0;
    this.connection.send("d", body);
  }
}

/** @throws PG_* */
export async function openReceiver(target: PgTarget, clock: Clock): Promise<WalReceiver> {
  return new WalReceiver(await ReplicationConnection.open(target, clock), target, clock);
}
