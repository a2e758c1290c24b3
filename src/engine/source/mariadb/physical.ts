import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../base/index.ts";
import {
  overlay,
  type StreamContext,
  type StreamEntry,
  type StreamParent,
  type StreamSource,
  streamError,
} from "../stream/index.ts";
import { type BackupHost, defaultsFor, overSsh, programOf } from "./backup-host.ts";
import { MariaConnection, type MariaTarget, mariaFirst } from "./connect.ts";
import { DeltaPages, type DeltaMeta, parseDeltaMeta } from "./delta.ts";
import { mariaError } from "./errors.ts";
import { readDatabases, schemaHash } from "./inventory.ts";
import { MbstreamReader, type StreamedFile } from "./mbstream.ts";
import { type BinlogPosition } from "./snapshot.ts";
import {
  jsonFile,
  MARIA_KIND,
  type MariaBackupDetails,
  type MariaIndex,
  type Remembered,
  remembered,
} from "./source.ts";

/** What a physical backup's manifest says beside what every one does. */
export interface PhysicalFacts {
  /**
   * Where the log that was copied with the files begins: every change before it is in them, later ones may be in the
   * log alone. The next backup's pages have to reach back to here, for the log of this one is not applied beneath them;
   * what mariadb-backup calls `to_lsn` is later. `null` when it did not say: then there is nothing to build upon.
   */
  readonly redo_lsn: string | null;
  /** The backup whose unchanged pages were taken over; `null` when every page was read. */
  readonly incremental_from: string | null;
  /** Of the server: what one that runs on these files must have as well. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface PhysicalSourceOptions {
  /** How SQL is asked from here. */
  readonly target: MariaTarget;
  readonly root: string;
  readonly clock: Clock;
  readonly host: BackupHost;
  /** Only pages that changed since the last backup are sent, when there is one of the same server. */
  readonly incremental: boolean;
  readonly remember?: Remembered;
}

/** What was copied lies in here. */
export const DATA = "data/";
export const SPACES = "spaces.json";
const STDERR_BYTES = 4000;
const PAGE_FILE = /(?:\.ibd|\.new)$|^(?:ibdata|undo)\d+$/;
/** Where the first page says which tablespace the file is. */
const SPACE_ID_AT = 34;

export async function openMariaPhysical(options: PhysicalSourceOptions): Promise<StreamSource> {
  const sql = await MariaConnection.open(options.target);
  return new PhysicalSource(options, sql, await mkdtemp(join(tmpdir(), "holdfast-maria-")));
}

class PhysicalSource implements StreamSource {
  readonly kind = MARIA_KIND;
  readonly root: string;
  readonly #options: PhysicalSourceOptions;
  readonly #sql: MariaConnection;
  #child: ChildProcess | undefined;
  /** The end of what the tool said. */
  #said = "";
  readonly #folder: string;
  #details: (MariaBackupDetails & { physical: PhysicalFacts }) | undefined;
  /** Path of each tablespace's file by its id. */
  readonly #spaces: Record<string, number> = {};
  /** Short files that say what the backup is. */
  readonly #texts = new Map<string, string>();

  /** @param folder a folder of its own, removed in the end */
  constructor(options: PhysicalSourceOptions, sql: MariaConnection, folder: string) {
    this.root = options.root;
    this.#folder = folder;
    this.#options = options;
    this.#sql = sql;
  }

  async *entries(context: StreamContext): AsyncGenerator<StreamEntry> {
    const bytes = await mariaFirst(
      this.#sql,
      "SELECT SUM(FILE_SIZE) FROM information_schema.INNODB_SYS_TABLESPACES",
    ).catch(() => null); // the right to ask is no condition
    context.expect(null, bytes === null ? null : Number(bytes));
    const base = this.#options.incremental ? await this.#base(context.parent) : null;
    const before = base === null ? new Map<number, string>() : await spacesOf(base.parent);
    const output = await this.#start(base?.lsn, context.signal);
    const metas = new Map<string, DeltaMeta>();
    for await (const file of new MbstreamReader(output, this.#folder).files()) {
      if (file.path.endsWith(".meta")) metas.set(file.path.slice(0, -5), parseDeltaMeta(await textOf(file)));
      else if (file.path.endsWith(".delta")) yield this.#patched(file, metas, base?.parent ?? null, before, context);
      else yield* this.#whole(file);
    }
    yield jsonFile(SPACES, this.#spaces);
    const { details, index } = await this.#describe(base?.parent ?? null, context);
    this.#details = details;
    yield jsonFile("mariadb.json", index);
  }

  /**
   * The backup that this one may build upon: of this very server, whose binary log still says what was committed when
   * it was made. A server that went another way since (restored, replaced) would send pages that fit to nothing.
   */
  async #base(parent: StreamParent | null): Promise<{ readonly parent: StreamParent; readonly lsn: string } | null> {
    const details = parent?.details as Partial<MariaBackupDetails & { physical: PhysicalFacts }> | undefined;
    const { physical, position } = details ?? {};
    if (parent === null || physical === undefined || position === undefined || position === null) return null;
    if (String(details?.server_id) !== (await mariaFirst(this.#sql, "SELECT @@server_id"))) return null;
    const [row] = await this.#sql
      .query("SELECT BINLOG_GTID_POS(?, ?) AS gtid", [position.file, position.position])
      .catch(() => []);
    const gtid = row?.["gtid"];
    if (typeof gtid !== "string" || gtid === "" || !sameGtids(gtid, position.gtid)) return null;
    return physical.redo_lsn === null ? null : { parent, lsn: physical.redo_lsn };
  }

  async #start(incremental_lsn: string | undefined, signal?: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const { host } = this.#options;
    const data_dir = host.data_dir ?? (await mariaFirst(this.#sql, "SELECT @@datadir")) ?? "/var/lib/mysql";
    const args = [
      "--backup",
      "--stream=mbstream",
      `--datadir=${data_dir}`,
      ...(incremental_lsn === undefined ? [] : [`--incremental-lsn=${incremental_lsn}`]),
    ];
    // Its settings are in a file that only the account can read, so that no password stands in a list of processes.
    const defaults = defaultsFor(this.#options.target, host);
    const [command, all] = host.ssh === undefined ? await this.#here(defaults, args) : overSsh(host, host.ssh, args);
    const child = spawn(command, all, {
      stdio: ["pipe", "pipe", "pipe"],
      ...(signal === undefined ? {} : { signal }),
      killSignal: "SIGTERM",
    });
    this.#child = child;
    child.stderr.on("data", (text: Buffer) => (this.#said = (this.#said + text.toString("utf8")).slice(-STDERR_BYTES)));
    const ended = once(child, "close").then(
      ([code, by]) => (code === 0 ? null : `ended with ${String(code ?? by)}`),
      (error: unknown) => (error as Error).message,
    );
    child.stdin.on("error", () => undefined); // that it did not start is told by its end
    child.stdin.end(host.ssh === undefined ? "" : defaults);
    const said = () => this.#said;
    return (async function* () {
      yield* child.stdout as AsyncIterable<Buffer>;
      const why = await ended;
      signal?.throwIfAborted();
      if (why === null && said().includes("completed OK!")) return;
      const words = said()
        .split("\n")
        .filter((line) => /error|denied|fatal|failed|not found|permission/i.test(line))
        .slice(-3)
        .join(" | ");
      throw mariaError(
        "MARIA_BACKUP_FAILED",
        `${host.ssh === undefined ? "" : `on ${host.ssh.host}: `}${programOf(host)} ${why ?? "did not complete"}: ${words || said().trim().split("\n").at(-1)}`,
        { program: programOf(host) },
      );
    })();
  }

  async #here(defaults: string, args: readonly string[]): Promise<[string, string[]]> {
    const file = join(this.#folder, "defaults.cnf");
    await writeFile(file, defaults, { mode: 0o600 });
    return [programOf(this.#options.host), [`--defaults-file=${file}`, ...args]];
  }

  async *#whole(file: StreamedFile): AsyncGenerator<StreamEntry> {
    const path = DATA + file.path;
    const attributes = { mode: 0o660 };
    if (
      file.path === "xtrabackup_checkpoints" ||
      file.path === "xtrabackup_binlog_info" ||
      file.path === "backup-my.cnf"
    ) {
      const text = await textOf(file);
      this.#texts.set(file.path, text);
      // With the parent's pages beneath, it is a full one.
      const kept = text
        .replace(/^backup_type = .*$/m, "backup_type = full-backuped")
        .replace(/^from_lsn = .*$/m, "from_lsn = 0");
      yield { type: "file", path, attributes, content: { kind: "bytes", bytes: [Buffer.from(kept)] } };
    } else if (PAGE_FILE.test(file.path))
      yield { type: "file", path, attributes, content: { kind: "image", parts: this.#noting(file) } };
    else yield { type: "file", path, attributes, content: { kind: "bytes", bytes: file.content } };
  }

  /** The parts of a file of pages, whose first one says which tablespace it is. */
  async *#noting(file: StreamedFile) {
    let head = Buffer.alloc(0);
    for await (const bytes of file.content) {
      if (head.length < SPACE_ID_AT + 4) {
        head = Buffer.concat([head, bytes.subarray(0, SPACE_ID_AT + 4)]);
        if (head.length >= SPACE_ID_AT + 4) this.#note(file.path, head.readUInt32BE(SPACE_ID_AT));
      }
      yield { kind: "data", bytes } as const;
    }
  }

  /**
   * A first page of zeros is in the log still: such a tablespace is younger than what was copied, and the next backup
   * gets all of its pages. 0 is the system tablespace, of one file or several.
   */
  #note(path: string, space_id: number): void {
    if (space_id !== 0) this.#spaces[path] = space_id;
  }

  #patched(
    file: StreamedFile,
    metas: ReadonlyMap<string, DeltaMeta>,
    parent: StreamParent | null,
    before: ReadonlyMap<number, string>,
    { block_bytes }: StreamContext,
  ): StreamEntry {
    const name = file.path.slice(0, -6);
    const meta = metas.get(name);
    if (meta === undefined) throw mariaError("MARIA_BACKUP_STREAM", `${file.path} came without its .meta`);
    this.#note(name, meta.space_id);
    const delta = new DeltaPages(file.content, meta);
    const known = meta.space_id === 0 ? name : before.get(meta.space_id);
    const path = DATA + name;
    let was = 0;
    const under =
      parent === null || known === undefined
        ? null
        : {
            size: async (of: string | Buffer) => {
              const size = await parent.size(of);
              if (size === undefined)
                throw streamError("STREAM_PARENT_INCOMPLETE", `the parent backup does not have ${String(of)}`);
              was = size;
              return was;
            },
            read: (of: string | Buffer, offset: number, length: number) => parent.read(of, offset, length),
          };
    const parts = overlay({
      parent: under,
      path,
      parent_path: DATA + (known ?? name),
      size: () => delta.size(was),
      block_bytes,
      changes: delta.changes(),
    });
    return { type: "file", path, attributes: { mode: 0o660 }, content: { kind: "image", parts } };
  }

  async #describe(base: StreamParent | null, context: StreamContext) {
    const redo_lsn = /Redo log \(from LSN (\d+) to/.exec(this.#said)?.[1] ?? null;
    const [facts] = await this.#sql.query(
      `SELECT @@version AS version, @@server_id AS id, UNIX_TIMESTAMP(NOW(6)) AS at,
         @@lower_case_table_names AS lower_case_table_names, @@innodb_page_size AS innodb_page_size`,
    );
    const databases = await readDatabases(this.#sql, []);
    const answers = await remembered(this.#sql, this.#options.remember, context);
    const details: MariaBackupDetails & { physical: PhysicalFacts } = {
      version: String(facts?.["version"]),
      server_id: Number(facts?.["id"]),
      // The state is older than that: it was taken while commits waited, shortly before the end.
      snapshot_at_ms: Math.ceil(Number(facts?.["at"]) * 1000),
      position: positionIn(this.#texts.get("xtrabackup_binlog_info") ?? ""),
      connections: 1,
      databases: databases.map(({ name }) => name),
      tables: databases.reduce((sum, { tables }) => sum + tables.length, 0),
      rows: 0,
      schema_hash: schemaHash(databases),
      accounts: true,
      physical: {
        redo_lsn,
        incremental_from: base?.backup_id ?? null,
        settings: {
          ...innodbSettings(this.#texts.get("backup-my.cnf") ?? ""),
          lower_case_table_names: String(facts?.["lower_case_table_names"]),
          innodb_page_size: String(facts?.["innodb_page_size"]),
        },
      },
      ...(answers === null ? {} : { answers }),
    };
    const index: MariaIndex = { ...details, parts: [] };
    return { details, index };
  }

  async details(): Promise<Readonly<Record<string, unknown>>> {
    return { ...this.#details };
  }

  async close(): Promise<void> {
    this.#child?.kill("SIGTERM");
    this.#sql.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function textOf({ content }: StreamedFile): Promise<string> {
  const parts: Buffer[] = [];
  for await (const bytes of content) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts).toString("utf8");
}

const SPACES_BYTES_MAX = 256 * 1024 * 1024;

async function spacesOf(parent: StreamParent): Promise<Map<number, string>> {
  const text = await parent.read(SPACES, 0, SPACES_BYTES_MAX);
  return new Map(
    Object.entries(JSON.parse(text.toString("utf8")) as Record<string, number>).map(([path, id]) => [id, path]),
  );
}

/** `mysql-bin.000001	784743	0-7-7`; nothing when the server writes no binary log. */
function positionIn(text: string): BinlogPosition | null {
  const [file, position, gtid] = text.trim().split("\t");
  if (file === undefined || file === "" || position === undefined) return null;
  return { file, position: Number(position), gtid: gtid ?? "" };
}

const sameGtids = (a: string, b: string): boolean => a.split(",").sort().join(",") === b.split(",").sort().join(",");

/** What InnoDB's files depend on, out of `backup-my.cnf`. */
function innodbSettings(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/^(innodb_[a-z_]+)\s*=\s*(.*)$/gm))
    if (name !== "innodb_log_file_size") found[String(name)] = String(value).trim();
  return found;
}

/** @returns whether a backup was made by copying files */
export const isPhysical = (details: object): details is MariaBackupDetails & { readonly physical: PhysicalFacts } =>
  "physical" in details;
