import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Selectable } from "kysely";
import type { Clock } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { AuditTable, Db } from "../../platform/db/index.ts";

export type AuditEntry = Selectable<AuditTable>;

export interface NewAuditEntry {
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly actor_name: string;
  readonly address: string;
  readonly user_agent: string;
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly project_id: string | null;
  readonly subject: string | null;
  readonly outcome: AuditEntry["outcome"];
  readonly status: number;
  readonly reason: string | null;
  readonly request: unknown;
  readonly before: unknown;
  readonly after: unknown;
  readonly request_id: string;
}

const LOCK_KEY = 4_841_273_565;
const GENESIS = "0".repeat(64);
/** Where the chain begins after the oldest entries went. */
const ANCHOR = "audit_anchor";
const VALUE_BYTES_MAX = 16 * 1024;
const PAGE = 1000;

/**
 * Appends to the log, in the transaction of what it tells of, as the last thing that transaction does: until it ends no
 * other entry can be written.
 */
export function appendAudit(db: Db, entry: NewAuditEntry, clock: Clock): Promise<void> {
  return appendAudits(db, [entry], clock);
}

/** Several at once, in their order. */
export async function appendAudits(db: Db, entries: readonly NewAuditEntry[], clock: Clock): Promise<void> {
  await withTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_KEY)})`.execute(tx);
    const last = await tx
      .selectFrom("audit_log")
      .select(["sequence", "hash"])
      .orderBy("sequence", "desc")
      .limit(1)
      .executeTakeFirst();
    let { sequence, hash } = last ?? (await readAnchor(tx));
    const rows = entries.map((entry) => {
      const row = {
        ...entry,
        sequence: ++sequence,
        time: new Date(clock.now_ms()),
        request: forShow(entry.request),
        before: forShow(entry.before),
        after: forShow(entry.after),
        prev_hash: hash,
      };
      hash = hashOf(row);
      return { ...row, hash, request: json(row.request), before: json(row.before), after: json(row.after) };
    });
    await tx.insertInto("audit_log").values(rows).execute();
  });
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

export interface ChainVerdict {
  readonly valid: boolean;
  readonly entries: number;
  /** Sequence number and hash of the newest entry: keep it elsewhere, and a cut-off end is noticed too. */
  readonly head: { readonly sequence: number; readonly hash: string };
  /** The first entry that is wrong, and how. */
  readonly broken_at: number | null;
  readonly detail: string | null;
}

/** Recomputes the whole chain. */
export async function verifyAudit(db: Db): Promise<ChainVerdict> {
  let { sequence, hash } = await readAnchor(db);
  let entries = 0;
  for (;;) {
    const rows = await db
      .selectFrom("audit_log")
      .selectAll()
      .where("sequence", ">", sequence)
      .orderBy("sequence")
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      const wrong =
        row.sequence !== sequence + 1
          ? `entry ${sequence + 1} is missing`
          : row.prev_hash !== hash
            ? "it does not follow from the entry before it"
            : hashOf(row) !== row.hash
              ? "its content is not what was written"
              : null;
      if (wrong !== null) {
        return { valid: false, entries, head: { sequence, hash }, broken_at: row.sequence, detail: wrong };
      }
      ({ sequence, hash } = row);
      entries++;
    }
    if (rows.length < PAGE) return { valid: true, entries, head: { sequence, hash }, broken_at: null, detail: null };
  }
}

/**
 * Lets the entries before an instant go, and keeps their end as the chain's new beginning. What a system that watches
 * the log has not received yet stays, however old. Returns how many went.
 */
export async function pruneAudit(db: Db, before: Date, clock: Clock): Promise<number> {
  return withTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_KEY)})`.execute(tx);
    // Not the entries that are old, but those before the first that is not: a gap would break the chain.
    const first = await tx
      .selectFrom("audit_log")
      .select((select) => select.fn.min("sequence").as("sequence"))
      .where("time", ">=", before)
      .executeTakeFirst();
    const kept = first?.sequence ?? null;
    let last = tx.selectFrom("audit_log").select(["sequence", "hash"]).orderBy("sequence", "desc").limit(1);
    if (kept !== null) last = last.where("sequence", "<", kept);
    const { received } = await tx
      .selectFrom("siem_sinks")
      .select((select) => select.fn.min("cursor").as("received"))
      .executeTakeFirstOrThrow();
    if (received !== null) last = last.where("sequence", "<=", received);
    const end = await last.executeTakeFirst();
    if (end === undefined) return 0;
    const row = { key: ANCHOR, value: JSON.stringify(end), updated_at: new Date(clock.now_ms()) };
    await tx
      .insertInto("settings")
      .values(row)
      .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: row.value, updated_at: row.updated_at }))
      .execute();
    await sql`select set_config('holdfast.audit_retention', 'on', true)`.execute(tx);
    const { numDeletedRows } = await tx
      .deleteFrom("audit_log")
      .where("sequence", "<=", end.sequence)
      .executeTakeFirst();
    await sql`select set_config('holdfast.audit_retention', '', true)`.execute(tx);
    return Number(numDeletedRows);
  });
}

async function readAnchor(db: Db): Promise<{ sequence: number; hash: string }> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", ANCHOR).executeTakeFirst();
  return (row?.value as { sequence: number; hash: string } | undefined) ?? { sequence: 0, hash: GENESIS };
}

/** Over the JSON with sorted keys of all columns but the hash itself. */
function hashOf({ hash: _, time, ...rest }: Omit<AuditEntry, "hash"> & { readonly hash?: string }): string {
  return createHash("sha256")
    .update(sortedJson({ ...rest, time: time.toISOString() }))
    .digest("hex");
}

const SECRET = /password|secret|token$|credential|passphrase|^code$|^uri$|^current$|private|challenge/i;

/** Keys sorted by code unit at every depth, no spaces: RFC 8785 for what comes out of a jsonb column. */
function sortedJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${sortedJson(member)}`).join(",")}}`;
}

/** What may be written down: no secrets, not without bound, and nothing that jsonb does not take. */
function forShow(value: unknown): Record<string, unknown> | null {
  if (value === null || value === undefined || typeof value !== "object") return null;
  const shown = plain("", JSON.parse(JSON.stringify(value))) as Record<string, unknown>;
  const text = JSON.stringify(shown);
  if (Buffer.byteLength(text) <= VALUE_BYTES_MAX) return shown;
  return { sha256: createHash("sha256").update(text).digest("hex"), bytes: Buffer.byteLength(text) };
}

function plain(key: string, value: unknown): unknown {
  if (typeof value === "string") return SECRET.test(key) ? "(not written down)" : printable(value);
  if (Array.isArray(value)) return value.map((each) => plain(key, each));
  if (value === null || typeof value !== "object") return value;
  // What a passkey signed, e.g.: all of it, whatever its parts are called.
  if (/^credentials?$/i.test(key)) return "(not written down)";
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [printable(name), plain(name, member)]));
}

function printable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}
