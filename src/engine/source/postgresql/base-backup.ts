import { describeTarget, type PgTarget } from "./connect.ts";
import { pgError } from "./errors.ts";
import { parseLsn } from "./lsn.ts";
import type { Message, ReplicationConnection, Row } from "./replication.ts";
import type { NextBytes } from "./tar.ts";

/** A fast checkpoint of a large server takes a while, and until it is done nothing comes. */
const CHECKPOINT_MS = 30 * 60_000;
const SILENCE_MS = 10 * 60_000;

export interface ServerFacts {
  readonly system_identifier: string;
  readonly timeline: number;
  readonly version: string;
  /** 15.18 is 15. */
  readonly major: number;
  readonly wal_segment_bytes: number;
  readonly data_checksums: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

/** What a server that replays this backup must not have less of. */
const SETTINGS = [
  "max_connections",
  "max_worker_processes",
  "max_wal_senders",
  "max_prepared_transactions",
  "max_locks_per_transaction",
] as const;

/** Asks the server who it is. @throws PG_VERSION, PG_* */
export async function readFacts(connection: ReplicationConnection, target: PgTarget): Promise<ServerFacts> {
  const [system] = await connection.query("IDENTIFY_SYSTEM");
  const show = async (name: string) => Object.values((await connection.query(`SHOW ${name}`))[0] ?? {})[0] ?? "";
  const version = await show("server_version");
  const major = Number.parseInt(version, 10);
  if (!(major >= 13 && major <= 18))
    throw pgError("PG_VERSION", `${describeTarget(target)} is PostgreSQL ${version}`, { version });
  const settings: Record<string, string> = {};
  for (const name of SETTINGS) settings[name] = await show(name);
  return {
    system_identifier: system?.["systemid"] ?? "",
    timeline: Number(system?.["timeline"]),
    version,
    major,
    wal_segment_bytes: bytesOf(await show("wal_segment_size")),
    data_checksums: (await show("data_checksums")) === "on",
    settings,
  };
}

/** `16MB` as bytes. */
function bytesOf(text: string): number {
  const found = /^(\d+)\s*(B|kB|MB|GB)$/.exec(text);
  const unit = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }[found?.[2] ?? ""];
  if (found === null || unit === undefined) throw pgError("PG_PROTOCOL", `wal_segment_size is ${text}`);
  return Number(found[1]) * unit;
}

export interface BackupStart {
  readonly start_lsn: bigint;
  readonly timeline: number;
  readonly tablespaces: readonly Tablespace[];
}

export interface Tablespace {
  readonly oid: string;
  readonly location: string;
  readonly size_bytes: number;
}

/** A tar archive of the data folder (`oid` null) or a tablespace, or the manifest. */
export interface Archive {
  readonly kind: "tar" | "manifest";
  readonly oid: string | null;
  /** To be called until it says that there is no more. */
  readonly next: NextBytes;
}

/** One BASE_BACKUP command on a connection, from its start to its stop. */
export class BaseBackup {
  readonly #connection: ReplicationConnection;
  readonly #signal: AbortSignal | undefined;
  readonly #major: number;
  #tablespaces: readonly Tablespace[] = [];
  stop_lsn = 0n;
  stop_timeline = 0;
  /** Set when the server found pages that fail their checksum; its warnings named them. */
  pages_damaged = false;

  constructor(connection: ReplicationConnection, major: number, signal?: AbortSignal) {
    this.#connection = connection;
    this.#major = major;
    this.#signal = signal;
  }

  /** @param incremental send only what changed since the backup whose manifest was uploaded */
  async start(label: string, incremental = false): Promise<BackupStart> {
    const connection = this.#connection;
    const quoted = `'${label.replaceAll("'", "")}'`;
    connection.sendQuery(
      this.#major >= 15
        ? `BASE_BACKUP ( LABEL ${quoted}, PROGRESS, CHECKPOINT 'fast', WAIT false, WAL, TABLESPACE_MAP, MANIFEST 'yes'${incremental ? ", INCREMENTAL" : ""} )`
        : `BASE_BACKUP LABEL ${quoted} PROGRESS FAST WAL NOWAIT TABLESPACE_MAP MANIFEST 'yes'`,
    );
    const [start] = await connection.rows(CHECKPOINT_MS, this.#signal);
    const spaces = await connection.rows(SILENCE_MS, this.#signal);
    const { lsn, timeline } = position(start);
    // The data folder is the row without oid.
    this.#tablespaces = spaces.map((row) => ({
      oid: row["spcoid"] ?? "",
      location: row["spclocation"] ?? "",
      size_bytes: Number(row["size"] ?? 0) * 1024,
    }));
    return { start_lsn: lsn, timeline, tablespaces: this.#tablespaces };
  }

  archives(): AsyncGenerator<Archive> {
    return this.#major >= 15 ? this.#oneCopy() : this.#copyEach();
  }

  /** From 15 on all archives come in one stream, each message with its kind in front. */
  async *#oneCopy(): AsyncGenerator<Archive> {
    await this.#expect("H");
    let message: Message | undefined;
    let peeked = false;
    const ahead = async () => {
      if (!peeked) {
        message = await this.#data();
        peeked = true;
      }
      return message;
    };
    const next: NextBytes = async () => {
      for (;;) {
        const found = await ahead();
        const kind = found === undefined ? "" : String.fromCharCode(found.body[0] as number);
        if (kind === "p") {
          peeked = false;
          continue;
        }
        if (found === undefined || kind !== "d") return undefined;
        peeked = false;
        return found.body.subarray(1);
      }
    };
    for (;;) {
      const found = await ahead();
      if (found === undefined) break;
      peeked = false;
      const kind = String.fromCharCode(found.body[0] as number);
      if (kind === "n") {
        const name = found.body.toString("utf8", 1, found.body.indexOf(0, 1));
        yield { kind: "tar", oid: name === "base.tar" ? null : name.replace(/\.tar$/, ""), next };
      } else if (kind === "m") yield { kind: "manifest", oid: null, next };
      else if (kind === "d") throw pgError("PG_PROTOCOL", "part of a base backup was not taken");
    }
    await this.#stop();
  }

  /** Before 15 each archive is a copy of its own, in the order of the list, the manifest last. */
  async *#copyEach(): AsyncGenerator<Archive> {
    for (const { oid } of [...this.#tablespaces, { oid: "manifest" }]) {
      await this.#expect("H");
      const next: NextBytes = async () => (await this.#data())?.body;
      yield oid === "manifest"
        ? { kind: "manifest", oid: null, next }
        : { kind: "tar", oid: oid === "" ? null : oid, next };
    }
    await this.#stop();
  }

  async #expect(type: string): Promise<void> {
    const message = await this.#connection.next(SILENCE_MS, this.#signal);
    if (message.type !== type) throw pgError("PG_PROTOCOL", `the base backup sent ${message.type} instead of ${type}`);
  }

  /** The next part of the copy under way; `undefined` at its end. */
  async #data(): Promise<Message | undefined> {
    const message = this.#connection.take();
    const found =
      message === undefined || this.#connection.aside(message)
        ? await this.#connection.next(SILENCE_MS, this.#signal)
        : message;
    if (found.type === "d") return found;
    if (found.type === "c") return undefined;
    throw pgError("PG_PROTOCOL", `the base backup sent ${found.type} amid its data`);
  }

  async #stop(): Promise<void> {
    const { lsn, timeline } = position((await this.#connection.rows(CHECKPOINT_MS, this.#signal))[0]);
    [this.stop_lsn, this.stop_timeline] = [lsn, timeline];
    try {
      while ((await this.#connection.next(SILENCE_MS, this.#signal)).type !== "Z");
    } catch (error) {
      // The server ends so when pages failed their checksum; by then everything was sent.
      if (!/checksum verification failure/.test((error as Error).message)) throw error;
      this.pages_damaged = true;
    }
  }
}

function position(row: Row | undefined) {
  const [lsn, timeline] = row === undefined ? [] : Object.values(row);
  if (lsn === undefined || lsn === null) throw pgError("PG_PROTOCOL", "the base backup has no position");
  return { lsn: parseLsn(lsn), timeline: Number(timeline) };
}
