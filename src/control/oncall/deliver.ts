import { sql } from "kysely";
import { asHoldfastError } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { meetTimers } from "../alerting/index.ts";
import { send } from "./channels/send.ts";
import type { ChannelRow, DeliveryRow } from "./channels.ts";
import type { Message } from "./message.ts";

export interface DeliverPorts extends Ports {
  readonly db: Db;
  readonly log: Logger;
  /** Follows `env:NAME` and `file:/PATH`. */
  readonly readSecret: (ref: string) => Promise<string>;
}

const AT_ONCE_MAX = 20;
/** Longer than a try takes at most: after that another server may take a delivery whose server died. */
const LEASE_MS = 60_000;
/** 30 s, 1, 2, 4, 8, 16 min, half an hour: given up after about an hour. */
const BACKOFF_MS = 30_000;
const BACKOFF_MAX_MS = 1_800_000;
const ATTEMPTS_MAX = 8;

/**
 * Sends what is due. A delivery is claimed before it is sent and settled after, so a crash repeats it (with the same
 * id) and loses none. @returns how many were tried
 */
export async function deliverDue(ports: DeliverPorts): Promise<number> {
  const claimed = await claim(ports);
  await Promise.all(claimed.map(({ delivery, channel }) => tryOne(delivery, channel, ports)));
  return claimed.length;
}

async function claim({ db, clock }: DeliverPorts): Promise<{ delivery: DeliveryRow; channel: ChannelRow }[]> {
  return withTransaction(db, async (tx) => {
    const now_ms = clock.now_ms();
    const rows = await tx
      .selectFrom("deliveries")
      .selectAll()
      .where("state", "=", "PENDING")
      .where("next_at", "<=", new Date(now_ms))
      .orderBy("next_at")
      .limit(AT_ONCE_MAX)
      .forUpdate()
      .skipLocked()
      .execute();
    const claimed: { delivery: DeliveryRow; channel: ChannelRow }[] = [];
    for (const row of rows) {
      const channel = await tx
        .selectFrom("channels")
        .selectAll()
        .where("id", "=", row.channel_id)
        .executeTakeFirstOrThrow();
      const delivery = await tx
        .updateTable("deliveries")
        .set({ attempt: row.attempt + 1, next_at: new Date(now_ms + LEASE_MS) })
        .where("id", "=", row.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      claimed.push({ delivery, channel });
    }
    return claimed;
  });
}

async function tryOne(delivery: DeliveryRow, channel: ChannelRow, ports: DeliverPorts): Promise<void> {
  const { kind, config, secret_ref } = channel;
  try {
    const secret = secret_ref === null ? undefined : await ports.readSecret(secret_ref);
    const message = delivery.message as unknown as Message;
    const attachments = kind === "email" ? await attachmentsOf(ports.db, message) : [];
    await send({ delivery_id: delivery.id, kind, config, secret, message, attachments }, ports.clock);
  } catch (thrown) {
    const error = asHoldfastError(thrown);
    ports.log.warn({ error, channel: channel.name, delivery_id: delivery.id }, "a message was not delivered");
    await failed(delivery, channel, { message: error.message, again: error.retry !== "never" }, ports);
    return;
  }
  await sent(delivery, channel, ports);
}

/** Mail servers refuse more; the text says how the rest is fetched. */
const ATTACHED_BYTES_MAX = 15 * 1024 * 1024;

/** A report's files, smallest first, as many as go into one message. */
async function attachmentsOf(db: Db, { report }: Message) {
  if (report === undefined) return [];
  const files = await db
    .selectFrom("report_files")
    .select(["name", "media_type", "size_bytes"])
    .where("report_id", "=", report.id)
    .orderBy("size_bytes")
    .execute();
  const attached = [];
  let bytes = 0;
  for (const { name, media_type, size_bytes } of files) {
    bytes += size_bytes;
    if (bytes > ATTACHED_BYTES_MAX) break;
    const { content } = await db
      .selectFrom("report_files")
      .select("content")
      .where("report_id", "=", report.id)
      .where("name", "=", name)
      .executeTakeFirstOrThrow();
    attached.push({ filename: name, content, type: media_type });
  }
  return attached;
}

async function sent(delivery: DeliveryRow, channel: ChannelRow, ports: DeliverPorts): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  await withTransaction(ports.db, async (tx) => {
    await tx
      .updateTable("deliveries")
      .set({ state: "SENT", sent_at: now, last_error: null })
      .where("id", "=", delivery.id)
      .execute();
    await tx
      .updateTable("channels")
      .set({ failures_in_row: 0, last_ok_at: now })
      .where("id", "=", channel.id)
      .execute();
    if (delivery.alert_id === null || delivery.kind === "resolved") return;
    await meetTimers(tx, delivery.alert_id, ["alert"], { who: `channel ${channel.name}` }, now);
    const data = { channel: channel.name, person: delivery.person, kind: delivery.kind, attempt: delivery.attempt };
    await appendEvent(tx, { type: "holdfast.oncall.delivered", subject: delivery.alert_id, data }, ports);
  });
}

async function failed(
  delivery: DeliveryRow,
  channel: ChannelRow,
  error: { readonly message: string; readonly again: boolean },
  ports: DeliverPorts,
): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  const given_up = !error.again || delivery.attempt >= ATTEMPTS_MAX;
  const delay_ms = Math.min(BACKOFF_MS * 2 ** (delivery.attempt - 1), BACKOFF_MAX_MS);
  await withTransaction(ports.db, async (tx) => {
    await tx
      .updateTable("deliveries")
      .set({
        last_error: error.message,
        ...(given_up ? { state: "FAILED" as const } : { next_at: new Date(now.getTime() + delay_ms) }),
      })
      .where("id", "=", delivery.id)
      .execute();
    await tx
      .updateTable("channels")
      .set({ failures_in_row: sql<number>`failures_in_row + 1`, last_error: error.message, last_error_at: now })
      .where("id", "=", channel.id)
      .execute();
    if (!given_up) return;
    const data = { channel: channel.name, person: delivery.person, kind: delivery.kind, error: error.message };
    const subject = delivery.alert_id ?? channel.id;
    await appendEvent(tx, { type: "holdfast.oncall.undelivered", subject, data }, ports);
  });
}
