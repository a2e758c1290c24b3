import { type Clock, HoldfastError } from "../../../base/index.ts";
import type { ImagePart, StreamContext, StreamEntry, StreamParent, StreamSource } from "../stream/index.ts";
import { BaseBackup, readFacts, type ServerFacts, type Tablespace } from "./base-backup.ts";
import { describeTarget, type PgTarget } from "./connect.ts";
import type { PgBackupDetails } from "./details.ts";
import { isRefusal, offerParent, wholeFile, wholeLabel, wholeManifest, wholeName } from "./incremental.ts";
import { readInventory, type Remembered } from "./inventory.ts";
import { formatLsn } from "./lsn.ts";
import { type Notice, ReplicationConnection } from "./replication.ts";
import { type TarMember, TarReader } from "./tar.ts";

export const PG_KIND = "postgresql";
const PAGE_BYTES = 8192;
const READY_MS = 60_000;

export interface PgSourceOptions {
  readonly target: PgTarget;
  /** @see pgRoot */
  readonly root: string;
  readonly label: string;
  readonly clock: Clock;
  /** Count the rows of every table, for validation after a restore. */
  readonly count_rows?: boolean;
  /** Asked when the backup has ended, by name. */
  readonly remember?: Remembered;
  /** Let a server of version 17 or newer that keeps summaries send only what changed; yes by default. */
  readonly incremental?: boolean;
}

/** Asks the server for the identity that names its backups and logs. @throws PG_* */
export async function identify(target: PgTarget, clock: Clock): Promise<ServerFacts> {
  const connection = await ReplicationConnection.open(target, clock);
  try {
    return await readFacts(connection, target);
  } finally {
    connection.close();
  }
}

/** Backups of one workload follow each other, whatever server it is on. */
export const pgRoot = (workload_id: string): string => `/${PG_KIND}/${workload_id}`;

/**
 * A whole server as a tree: its data folder, tablespaces as folders in `pg_tblspc`, the write-ahead log of the backup
 * itself in `pg_wal`, and the server's own `backup_manifest`.
 * @throws PG_*
 */
export async function openPgSource(options: PgSourceOptions): Promise<StreamSource> {
  const { target, clock } = options;
  const connection = await ReplicationConnection.open(target, clock);
  let facts: ServerFacts;
  try {
    facts = await readFacts(connection, target);
  } catch (error) {
    connection.close();
    throw error;
  }
  let details: PgBackupDetails | undefined;
  return {
    kind: PG_KIND,
    root: options.root,
    async *entries(context) {
      const { signal } = context;
      const backup = new BaseBackup(connection, facts.major, signal);
      let pages_damaged = 0;
      connection.onNotice = (notice) => {
        if (damagedPage(notice, context)) pages_damaged++;
      };
      let base = options.incremental === false ? null : await offerParent(connection, facts, context.parent, signal);
      const { start_lsn, timeline, tablespaces } = await backup
        .start(options.label, base !== null)
        .catch(async (error: unknown) => {
          if (base === null || !isRefusal(error)) throw error;
          // Summaries do not reach back so far, say: all of it is read.
          base = null;
          await connection.ready(READY_MS);
          return backup.start(options.label);
        });
      const changes = base === null ? null : new Whole(base, context.block_bytes);
      context.expect(
        null,
        tablespaces.reduce((sum, each) => sum + each.size_bytes, 0),
      );
      for await (const archive of backup.archives()) {
        if (archive.kind === "manifest") yield await manifestEntry(archive.next, changes);
        else yield* archiveEntries(new TarReader(archive.next), archive.oid, changes);
      }
      const inventory = await inventoryOf(options, context);
      details = {
        ...facts,
        timeline,
        start_lsn: formatLsn(start_lsn),
        stop_lsn: formatLsn(backup.stop_lsn),
        stopped_at_ms: inventory?.now_ms ?? clock.now_ms(),
        tablespaces: spacesOf(tablespaces),
        preload_libraries: inventory?.preload_libraries ?? null,
        standby: inventory?.in_recovery ?? null,
        incremental_from: base?.backup_id ?? null,
        pages_damaged,
        databases: inventory?.databases ?? null,
        ...(inventory?.answers === undefined ? {} : { answers: inventory.answers }),
      };
    },
    details: async () => ({ ...details }),
    close: async () => connection.close(),
  };
}

const spacesOf = (all: readonly Tablespace[]) =>
  all.filter(({ oid }) => oid !== "").map(({ oid, location }) => ({ oid, location }));

/** Makes whole files of what an incremental backup sends. */
class Whole {
  readonly parent: StreamParent;
  readonly block_bytes: number;
  /** Of each file that was made whole. */
  readonly sizes = new Map<string, number>();
  label = "";

  constructor(parent: StreamParent, block_bytes: number) {
    this.parent = parent;
    this.block_bytes = block_bytes;
  }
}

async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of content) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString("utf8");
}

async function* archiveEntries(
  reader: TarReader,
  oid: string | null,
  changes: Whole | null,
): AsyncGenerator<StreamEntry> {
  const prefix = oid === null ? "" : `pg_tblspc/${oid}/`;
  if (oid !== null) yield { type: "directory", path: `pg_tblspc/${oid}`, attributes: { mode: 0o700 } };
  for (let member = await reader.member(); member !== undefined; member = await reader.member()) {
    const path = prefix + member.name;
    // Links to tablespaces are made anew at the restore; tablespace_map names them.
    if (member.name === "" || member.name === "." || member.type === "symlink") continue;
    const { mode, uid, gid, mtime_ms } = member;
    const attributes = { mode, uid, gid, mtime_ms };
    const whole = changes === null || member.type === "directory" ? undefined : wholeName(path);
    if (member.type === "directory") yield { type: "directory", path, attributes };
    else if (changes !== null && whole !== undefined) {
      const { parent, block_bytes, sizes } = changes;
      const size = (bytes: number) => sizes.set(whole, bytes);
      const parts = wholeFile(reader.content(), whole, parent, block_bytes, size);
      yield { type: "file", path: whole, attributes, content: { kind: "image", parts } };
    } else if (changes !== null && path === "backup_label") {
      changes.label = wholeLabel(await textOf(reader.content()));
      yield { type: "file", path, attributes, content: { kind: "bytes", bytes: [Buffer.from(changes.label)] } };
    } else yield { type: "file", path, attributes, size_hint: member.size, content: contentOf(member, reader) };
  }
}

/** Pages change in place, so files of pages are cut at fixed places: what did not change is found stored already. */
function contentOf(member: TarMember, reader: TarReader) {
  if (member.size === 0 || member.size % PAGE_BYTES !== 0) return { kind: "bytes", bytes: reader.content() } as const;
  return { kind: "image", parts: asParts(reader.content()) } as const;
}

async function* asParts(content: AsyncIterable<Buffer>): AsyncGenerator<ImagePart> {
  for await (const bytes of content) yield { kind: "data", bytes };
}

async function manifestEntry(next: () => Promise<Buffer | undefined>, changes: Whole | null): Promise<StreamEntry> {
  async function* sent() {
    for (let part = await next(); part !== undefined; part = await next()) yield part;
  }
  const bytes =
    changes === null ? sent() : [Buffer.from(wholeManifest(await textOf(sent()), changes.sizes, changes.label))];
  return {
    type: "file",
    path: "backup_manifest",
    attributes: { mode: 0o600 },
    content: { kind: "bytes", bytes },
  };
}

/** The server checks each page as it sends it and warns of those that fail. */
function damagedPage({ message }: Notice, context: StreamContext): boolean {
  const found = /checksum verification failed in file "(?:\.\/)?([^"]+)", block (\d+)/.exec(message);
  const more = /further checksum verification failures in file "(?:\.\/)?([^"]+)"/.exec(message);
  const path = found?.[1] ?? more?.[1];
  if (path !== undefined) context.problem({ path, code: "PG_PAGE_DAMAGED", message });
  return path !== undefined;
}

async function inventoryOf({ target, count_rows, remember }: PgSourceOptions, context: StreamContext) {
  try {
    const inventory = await readInventory(target, count_rows ?? false, remember);
    for (const message of inventory.unanswered)
      context.problem({ path: describeTarget(target), code: "QUESTION_NOT_ANSWERED", message });
    return inventory;
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    context.problem({ path: describeTarget(target), code: "PG_INVENTORY", message: error.message });
    return null;
  }
}
