import { newId } from "../../base/index.ts";
import type { Event } from "../../model/index.ts";
import type { Db, Ports } from "./transaction.ts";

export interface NewEvent {
  /** `holdfast.<noun>.<what happened>`, e.g. `holdfast.job.state`. */
  readonly type: string;
  /** Id of what it is about. */
  readonly subject: string;
  readonly project_id?: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Appends to the event log; in the transaction of the change it tells of, so that neither exists without the other. Its
 * sequence number is given when that transaction commits, so numbers follow the order of commits.
 */
export async function appendEvent(db: Db, event: NewEvent, ports: Ports): Promise<void> {
  await appendEvents(db, [event], ports);
}

/** Several of one transaction, at least one, in this order. */
export async function appendEvents(db: Db, events: readonly NewEvent[], ports: Ports): Promise<void> {
  const time = new Date(ports.clock.now_ms());
  const rows = events.map((event) => ({
    id: newId("evt", ports.clock, ports.random),
    type: event.type,
    subject: event.subject,
    project_id: event.project_id ?? null,
    time,
    data: JSON.stringify(event.data),
  }));
  await db.insertInto("events").values(rows).execute();
}

/**
 * Up to `limit` events after a sequence number, oldest first. Whoever sees a number sees all below it, so a reader that
 * goes on from the last number misses none, whichever transactions are open meanwhile.
 */
export async function readEvents(
  db: Db,
  options: { readonly after_sequence: number; readonly limit: number; readonly subject?: string },
): Promise<Event[]> {
  let query = db
    .selectFrom("events")
    .selectAll()
    .where("sequence", ">", options.after_sequence)
    .orderBy("sequence")
    .limit(options.limit);
  if (options.subject !== undefined) query = query.where("subject", "=", options.subject);
  const rows = await query.execute();
  return rows.map((row) => ({
    specversion: "1.0",
    id: row.id,
    type: row.type,
    source: "/holdfast",
    subject: row.subject,
    time: row.time.toISOString(),
    datacontenttype: "application/json",
    sequence: String(row.sequence),
    data: { ...row.data },
  }));
}
