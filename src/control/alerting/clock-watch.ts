import type { Clock } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";

/** Less is how clocks are kept right: a step of NTP, a leap. */
const JUMP_MS = 60_000;
const SETTING = "alerting.clock_seen_ms";

/**
 * Compares the wall clock with the one that cannot be set, from look to look; and, for what happened while no server
 * ran, with the last time that was seen: a clock that is behind it was set back. Tells of a jump with an event.
 */
export function createClockWatch(db: Db, ports: Ports & { readonly clock: Clock }): () => Promise<number | null> {
  let last: { readonly wall_ms: number; readonly monotonic_ms: number } | undefined;
  return async () => {
    const now = { wall_ms: ports.clock.now_ms(), monotonic_ms: ports.clock.monotonic_ms() };
    const before = last;
    last = now;
    const jump_ms =
      before === undefined
        ? Math.min(0, now.wall_ms - (await seen(db)))
        : now.wall_ms - before.wall_ms - (now.monotonic_ms - before.monotonic_ms);
    const jumped = Math.abs(jump_ms) > JUMP_MS;
    await withTransaction(db, async (tx) => {
      const values = { key: SETTING, value: JSON.stringify(now.wall_ms), updated_at: new Date(now.wall_ms) };
      await tx
        .insertInto("settings")
        .values(values)
        .onConflict((it) => it.column("key").doUpdateSet({ value: values.value, updated_at: values.updated_at }))
        .execute();
      if (!jumped) return;
      const data = { jump_seconds: Math.round(jump_ms / 1000) };
      await appendEvent(tx, { type: "holdfast.clock.jumped", subject: "server", data }, ports);
    });
    return jumped ? jump_ms : null;
  };
}

async function seen(db: Db): Promise<number> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", SETTING).executeTakeFirst();
  return typeof row?.value === "number" ? row.value : Number.NEGATIVE_INFINITY;
}
