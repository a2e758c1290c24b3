import type { Selectable } from "kysely";
import * as z from "zod";
import { newId } from "../../base/index.ts";
import { nameSchema } from "../../model/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { ChannelTable, Db, DeliveryTable, Ports, Tx } from "../../platform/db/index.ts";
import { channelSchemas, secretNeeded, secretRefSchema } from "./channels/send.ts";
import type { ChannelKind } from "./channels/send.ts";
import { loadOncall } from "./config.ts";
import { oncallError } from "./errors.ts";
import { testMessage } from "./message.ts";
import type { DeliveryKind, Message } from "./message.ts";

export type ChannelRow = Selectable<ChannelTable>;
export type DeliveryRow = Selectable<DeliveryTable>;

export interface NewChannel {
  readonly name: string;
  readonly kind: ChannelKind;
  readonly config: unknown;
  readonly secret_ref?: string | undefined;
}

/** @throws CHANNEL_EXISTS, CHANNEL_CONFIG_INVALID */
export async function addChannel(db: Db, channel: NewChannel, ports: Ports): Promise<ChannelRow> {
  const { kind, secret_ref } = channel;
  const shape = z.object({ name: nameSchema, config: channelSchemas[kind], secret_ref: secretRefSchema.optional() });
  const parsed = shape.safeParse(channel);
  const missing = secret_ref === undefined && secretNeeded.has(kind);
  if (!parsed.success || missing) {
    const problems = parsed.success
      ? [`a ${kind} channel needs a secret`]
      : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw oncallError("CHANNEL_CONFIG_INVALID", problems.join("; "), { problems });
  }
  return withTransaction(db, async (tx) => {
    const row = await tx
      .insertInto("channels")
      .values({
        id: newId("chn", ports.clock, ports.random),
        name: channel.name,
        kind,
        config: JSON.stringify(parsed.data.config),
        secret_ref: secret_ref ?? null,
        created_at: new Date(ports.clock.now_ms()),
      })
      .onConflict((it) => it.column("name").doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw oncallError("CHANNEL_EXISTS", `there is a channel ${channel.name}`, {});
    await appendEvent(tx, { type: "holdfast.channel.added", subject: row.id, data: { name: row.name, kind } }, ports);
    return row;
  });
}

/** By id or name. @throws CHANNEL_NOT_FOUND */
export async function getChannel(db: Db, id: string): Promise<ChannelRow> {
  const row = await db
    .selectFrom("channels")
    .selectAll()
    .where((where) => where.or([where("id", "=", id), where("name", "=", id)]))
    .executeTakeFirst();
  if (row === undefined) throw oncallError("CHANNEL_NOT_FOUND", `there is no channel ${id}`, { channel: id });
  return row;
}

/** @throws CHANNEL_NOT_FOUND; ONCALL_CONFIG_INVALID while somebody is reached over it */
export async function removeChannel(db: Db, id: string, ports: Ports): Promise<void> {
  await withTransaction(db, async (tx) => {
    const channel = await getChannel(tx, id);
    const { people, escalation } = await loadOncall(tx);
    const used =
      people.some((person) => person.channels.includes(channel.name)) ||
      escalation.some(({ steps }) => steps.some(({ notify }) => notify.includes(`channel:${channel.name}`)));
    if (used) throw oncallError("ONCALL_CONFIG_INVALID", `channel ${channel.name} is still used by on-call`, {});
    await tx.deleteFrom("channels").where("id", "=", channel.id).execute();
    const data = { name: channel.name };
    await appendEvent(tx, { type: "holdfast.channel.removed", subject: channel.id, data }, ports);
  });
}

/** Puts a message into the queue; it goes out within seconds of the commit. */
export async function enqueueDelivery(
  tx: Tx,
  to: { readonly channel_id: string; readonly alert_id: string | null; readonly person: string | null },
  kind: DeliveryKind,
  message: Message,
  ports: Ports,
): Promise<string> {
  const id = newId("dlv", ports.clock, ports.random);
  const now = new Date(ports.clock.now_ms());
  const values = { id, ...to, kind, message: JSON.stringify(message), created_at: now, next_at: now };
  await tx
    .insertInto("deliveries")
    .values({ ...values, state: "PENDING" })
    .execute();
  return id;
}

/** Asks for a test message. @throws CHANNEL_NOT_FOUND */
export async function testChannel(db: Db, id: string, ports: Ports): Promise<string> {
  return withTransaction(db, async (tx) => {
    const channel = await getChannel(tx, id);
    const message = testMessage(channel.name, new Date(ports.clock.now_ms()));
    return enqueueDelivery(tx, { channel_id: channel.id, alert_id: null, person: null }, "test", message, ports);
  });
}

/** @throws DELIVERY_NOT_FOUND */
export async function getDelivery(db: Db, id: string): Promise<DeliveryRow> {
  const row = await db.selectFrom("deliveries").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw oncallError("DELIVERY_NOT_FOUND", `there is no delivery ${id}`, { delivery: id });
  return row;
}
