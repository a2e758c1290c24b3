import type { PolicySpecInput } from "../../model/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { parsePolicy } from "./parse.ts";
import { insertPolicy } from "./policies.ts";

export interface TemplateOptions {
  /** Zone of their schedules; default UTC. */
  readonly timezone?: string;
  /** Region for the second copy of the critical and compliance templates; without it they make none. */
  readonly peer_region?: string;
}

/**
 * The four policies every installation starts with. Retention in words → counts:
 *   critical-1h    7d/30d/365d      every hour for 7 days (168), every day for 30, every month for a year
 *   standard-daily 7d/30d           every day for 7 days, every week for 30 (5 weeks = 35 days; 4 would be 28)
 *   weekly-light   4 weeks          every week for 4
 *   compliance-7yr 30d + 7yr        every day for 30, every month for 7 years (84)
 */
export function templates(options: TemplateOptions = {}): PolicySpecInput[] {
  const timezone = options.timezone ?? "UTC";
  const copy = options.peer_region === undefined ? {} : { copy: { cross_region: options.peer_region } };
  return [
    {
      name: "critical-1h",
      description: "Tier-1 production",
      timezone,
      schedule: { hourly: ":00" },
      retention: { hourly: 168, daily: 30, monthly: 12 },
      ...copy,
      rpo: "1h",
      // An hourly run that has not started before the next one is due has nothing left to give.
      start_window: "1h",
      complete_within: "4h",
      jitter: "5m",
    },
    {
      name: "standard-daily",
      description: "Standard production",
      timezone,
      schedule: { daily: "02:00" },
      retention: { daily: 7, weekly: 5 },
      rpo: "24h",
      jitter: "30m",
    },
    {
      name: "weekly-light",
      description: "Internal tools",
      timezone,
      schedule: { weekly: "sun 03:00" },
      retention: { weekly: 4 },
      rpo: "7d",
      start_window: "24h",
      jitter: "1h",
    },
    {
      name: "compliance-7yr",
      description: "Regulated workloads",
      timezone,
      schedule: { daily: "01:00" },
      retention: { daily: 30, monthly: 84 },
      ...copy,
      target: { storage_class: "ARCHIVE" },
      rpo: "24h",
      jitter: "30m",
    },
  ];
}

const SEEDED = "policy_templates_seeded";

/**
 * At the first start: puts the templates in. Later starts leave them as users have made them, deleted ones included.
 */
export async function seedTemplates(db: Db, options: TemplateOptions, ports: Ports): Promise<void> {
  await withTransaction(db, async (tx) => {
    const now = new Date(ports.clock.now_ms());
    const mark = await tx
      .insertInto("settings")
      .values({ key: SEEDED, value: "true", updated_at: now })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .returning("key")
      .executeTakeFirst();
    if (mark === undefined) return;
    const taken = new Set(
      (await tx.selectFrom("policies").select("name").where("deleted_at", "is", null).execute()).map((it) => it.name),
    );
    for (const template of templates(options)) {
      if (!taken.has(template.name)) await insertPolicy(tx, parsePolicy(template), { template: true }, ports);
    }
  });
}
