import { sql } from "kysely";
import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import { isUniqueViolation } from "../../platform/db/index.ts";
import type { Db, Ports, SiemSinkTable } from "../../platform/db/index.ts";
import { siemError } from "./errors.ts";
import type { SiemFormat } from "./format.ts";
import type { HttpsPlace, SyslogPlace } from "./send.ts";

export type SinkRow = Selectable<SiemSinkTable>;

export interface NewSink {
  readonly name: string;
  readonly format: SiemFormat;
  readonly to: ({ readonly kind: "syslog" } & SyslogPlace) | ({ readonly kind: "https" } & HttpsPlace);
  /** Of the authorization header; `env:NAME` or `file:/PATH`. */
  readonly secret_ref?: string | undefined;
  /** All that is in the log, and not only what comes. */
  readonly from_start?: boolean | undefined;
}

/** A sink with how far behind it is. */
export interface SinkStatus extends Omit<SinkRow, "lease_owner" | "lease_until" | "secret_ref"> {
  readonly has_secret: boolean;
  readonly backlog: number;
  readonly oldest_unsent_at: Date | null;
}

/** @throws SINK_EXISTS, SINK_INVALID */
export async function createSink(db: Db, sink: NewSink, by: string, ports: Ports): Promise<SinkStatus> {
  const { kind, ...config } = sink.to;
  if ("url" in config && !config.url.startsWith("https://")) {
    throw siemError("SINK_INVALID", `${config.url} is not https`, { url: config.url });
  }
  const now = new Date(ports.clock.now_ms());
  const id = newId("snk", ports.clock, ports.random);
  const newest = sql<number>`coalesce((select max(sequence) from audit_log), 0)`;
  const oldest = sql<number>`coalesce((select min(sequence) - 1 from audit_log), 0)`;
  try {
    await db
      .insertInto("siem_sinks")
      .values({
        id,
        name: sink.name,
        kind,
        format: sink.format,
        config: JSON.stringify(config),
        secret_ref: sink.secret_ref ?? null,
        cursor: sink.from_start === true ? oldest : newest,
        next_at: now,
        created_at: now,
        created_by: by,
      })
      .execute();
  } catch (error) {
    if (!isUniqueViolation(error, "siem_sinks_name_key")) throw error;
    throw siemError("SINK_EXISTS", `there is a sink named ${sink.name} already`, { sink: sink.name }, error);
  }
  return getSink(db, id);
}

/** By name. */
export async function listSinks(db: Db): Promise<SinkStatus[]> {
  const { rows } = await sql<SinkRow & { backlog: number; oldest_unsent_at: Date | null }>`
    select s.*, coalesce((select max(sequence) from audit_log), 0) - s.cursor as backlog,
      (select time from audit_log a where a.sequence > s.cursor order by a.sequence limit 1) as oldest_unsent_at
    from siem_sinks s order by s.name`.execute(db);
  return rows.map(({ lease_owner: _, lease_until: __, secret_ref, ...row }) => ({
    ...row,
    backlog: Math.max(0, Number(row.backlog)),
    has_secret: secret_ref !== null,
  }));
}

/** By id or name. @throws SINK_NOT_FOUND */
export async function getSink(db: Db, id_or_name: string): Promise<SinkStatus> {
  const found = (await listSinks(db)).find(({ id, name }) => id === id_or_name || name === id_or_name);
  if (found === undefined) throw siemError("SINK_NOT_FOUND", `there is no sink ${id_or_name}`, { sink: id_or_name });
  return found;
}

/** What was sent stays there; nothing more is. @throws SINK_NOT_FOUND */
export async function removeSink(db: Db, id_or_name: string): Promise<SinkStatus> {
  const sink = await getSink(db, id_or_name);
  await db.deleteFrom("siem_sinks").where("id", "=", sink.id).execute();
  return sink;
}
