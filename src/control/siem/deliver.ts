import { sql } from "kysely";
import { asHoldfastError } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { type HttpsPlace, sendHttps, sendSyslog, type SyslogPlace } from "./send.ts";
import type { SinkRow } from "./sinks.ts";

export interface SiemPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly readSecret: (ref: string) => Promise<string>;
}

/** So much is under way to a sink at most: what it does not take stays in the log, and is the backlog. */
const BATCH_ENTRIES = 500;
/** In one go; a sink with more left goes on with the next. */
const BATCHES_MAX = 20;
/** Longer than a batch may take. A sender that died is followed by another one then. */
const LEASE_MS = 60_000;
const RETRY_MS = 5_000;
const RETRY_MS_MAX = 300_000;

/** Sends to every sink what it does not have, all at once and each by itself. Returns how many entries arrived. */
export async function deliverAudit(db: Db, ports: SiemPorts): Promise<number> {
  const now = new Date(ports.clock.now_ms());
  const due = await db.selectFrom("siem_sinks").select("id").where("next_at", "<=", now).execute();
  const sent = await Promise.all(due.map(({ id }) => deliverTo(db, id, ports)));
  return sent.reduce((sum, count) => sum + count, 0);
}

async function deliverTo(db: Db, id: string, ports: SiemPorts): Promise<number> {
  const owner = ports.random.bytes(12).toString("hex");
  let count = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const sink = await lease(db, id, owner, ports.clock.now_ms());
    if (sink === undefined) return count;
    const entries = await db
      .selectFrom("audit_log")
      .selectAll()
      .where("sequence", ">", sink.cursor)
      .orderBy("sequence")
      .limit(BATCH_ENTRIES)
      .execute();
    const last = entries.at(-1);
    try {
      if (last !== undefined) await send(sink, entries, ports);
    } catch (error) {
      await release(db, id, owner, failed(sink, asHoldfastError(error).message, ports.clock.now_ms()));
      return count;
    }
    const now = new Date(ports.clock.now_ms());
    const arrived = last === undefined ? {} : { cursor: last.sequence, sent_count: sink.sent_count + entries.length };
    const told = last === undefined ? {} : { last_ok_at: now, failures_in_row: 0, last_error: null };
    await release(db, id, owner, { ...arrived, ...told });
    count += entries.length;
    if (entries.length < BATCH_ENTRIES) return count;
  }
  return count;
}

/** One sender at a time, of however many servers. */
async function lease(db: Db, id: string, owner: string, now_ms: number): Promise<SinkRow | undefined> {
  const now = new Date(now_ms);
  return db
    .updateTable("siem_sinks")
    .set({ lease_owner: owner, lease_until: new Date(now_ms + LEASE_MS) })
    .where("id", "=", id)
    .where((where) => where.or([where("lease_until", "is", null), where("lease_until", "<", now)]))
    .returningAll()
    .executeTakeFirst();
}

type Change = Partial<Pick<SinkRow, "cursor" | "sent_count" | "failures_in_row" | "last_error">> & {
  readonly last_ok_at?: Date;
  readonly last_error_at?: Date;
  readonly next_at?: Date;
};

/** Whoever lost the lease meanwhile changes nothing: its entries are sent once more by another. */
async function release(db: Db, id: string, owner: string, change: Change): Promise<void> {
  await db
    .updateTable("siem_sinks")
    .set({ ...change, lease_owner: null, lease_until: null })
    .where("id", "=", id)
    .where("lease_owner", "=", owner)
    .execute();
}

function failed(sink: SinkRow, message: string, now_ms: number): Change {
  const wait_ms = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** sink.failures_in_row);
  return {
    failures_in_row: sink.failures_in_row + 1,
    last_error: message.slice(0, 500),
    last_error_at: new Date(now_ms),
    next_at: new Date(now_ms + wait_ms),
  };
}

async function send(sink: SinkRow, entries: Parameters<typeof sendSyslog>[1], ports: SiemPorts): Promise<void> {
  if (sink.kind === "syslog") return sendSyslog(sink.config as unknown as SyslogPlace, entries, sink.format);
  const secret = sink.secret_ref === null ? undefined : await ports.readSecret(sink.secret_ref);
  return sendHttps(sink.config as unknown as HttpsPlace, entries, sink.format, secret);
}

/** What sinks have not taken yet, for the metrics. */
export async function siemBacklog(db: Db): Promise<{ readonly sink: string; readonly entries: number }[]> {
  const { rows } = await sql<{ sink: string; entries: number }>`
    select name as sink, greatest(0, coalesce((select max(sequence) from audit_log), 0) - cursor)::float8 as entries
    from siem_sinks order by name`.execute(db);
  return rows;
}
