import type { Fact, FactSource } from "../alerting/index.ts";
import { CHANNEL_DOWN_FAILURES } from "./page.ts";

/** Channels that fail again and again; one message that arrives makes them good. */
export const channelFacts: FactSource = {
  name: "channels",
  rules: ["channel_failed"],
  async load({ db }) {
    const rows = await db
      .selectFrom("channels")
      .select(["id", "name", "kind", "last_error"])
      .where("failures_in_row", ">=", CHANNEL_DOWN_FAILURES)
      .execute();
    const given_up = await db
      .selectFrom("deliveries")
      .innerJoin("channels", "channels.id", "deliveries.channel_id")
      .select(["channels.id", "channels.name", "channels.kind", "channels.last_error"])
      .where("deliveries.state", "=", "FAILED")
      .where("channels.failures_in_row", ">", 0)
      .execute();
    const all = new Map([...rows, ...given_up].map((row) => [row.id, row]));
    return [...all.values()].map(
      ({ id, name, kind, last_error }): Fact => ({
        rule: "channel_failed",
        cause: id,
        project_id: null,
        subject: id,
        summary: `the ${kind} channel ${name} does not deliver: ${last_error ?? ""}`,
        members: [name],
      }),
    );
  },
};
