import { silentAgents } from "../../agents/index.ts";
import type { Fact, FactSource } from "../fact.ts";

/** Hosts that are not heard of for longer than was set for them: their sources cannot be reached. */
export const agents: FactSource = {
  name: "agents",
  rules: ["agent_silent"],
  async load({ db, clock }) {
    const now = new Date(clock.now_ms());
    return (await silentAgents(db, now)).map(({ id, name, project_id, hostname, last_contact_at }): Fact => {
      const silent_ms = now.getTime() - (last_contact_at?.getTime() ?? 0);
      return {
        rule: "agent_silent",
        cause: id,
        project_id,
        subject: id,
        summary: `agent ${name} on ${hostname ?? "an unknown host"} has not been heard of for ${Math.round(silent_ms / 60_000)} min`,
        members: [name],
        details: { status_reason: "SourceUnreachable", last_contact_at: last_contact_at?.toISOString() ?? null },
      };
    });
  },
};
