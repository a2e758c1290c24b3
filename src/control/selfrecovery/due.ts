import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import type { Fact, FactSource } from "../alerting/index.ts";
import { requestRecoveryDrill } from "./drill.ts";
import { makeKit } from "./kit.ts";

const DAY_MS = 86_400_000;
/** Of the month, by UTC: behind the days on which reports are made. */
const DUE_DAY = 3;
/** A month and a week. */
const OVERDUE_DAYS = 38;

/** Asks once a month for a drill of the control plane; the first kit is made by itself. */
export async function planRecoveryDrills(db: Db, ports: Ports): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  const kit = await db.selectFrom("recovery_kits").select("id").limit(1).executeTakeFirst();
  if (kit === undefined) await withTransaction(db, (tx) => makeKit(tx, "set-up", ports));
  if (now.getUTCDate() < DUE_DAY) return;
  const period = now.toISOString().slice(0, 7);
  const there = await db.selectFrom("recovery_drills").select("id").where("period", "=", period).executeTakeFirst();
  if (there !== undefined) return;
  const backup = await db
    .selectFrom("backups")
    .select("id")
    .where("state", "=", "AVAILABLE")
    .where("created_at", "<", new Date(now.getTime() - DAY_MS))
    .limit(1)
    .executeTakeFirst();
  // Nothing to come back yet, or nobody's first day is over.
  if (backup !== undefined) await requestRecoveryDrill(db, { by: "schedule", period }, ports);
}

/** The last drill found a difference, failed, or is too long ago. */
export const recoveryFacts: FactSource = {
  name: "self recovery",
  rules: ["self_recovery"],
  async load({ db, clock }) {
    const last = await db
      .selectFrom("recovery_drills")
      .selectAll()
      .where("state", "!=", "RUNNING")
      .orderBy("requested_at", "desc")
      .limit(1)
      .executeTakeFirst();
    const first = await db
      .selectFrom("backups")
      .select((eb) => eb.fn.min("created_at").as("at"))
      .where("state", "=", "AVAILABLE")
      .executeTakeFirst();
    const since_ms = (last?.finished_at ?? first?.at)?.getTime();
    const fact = (summary: string, members: readonly string[]): Fact => ({
      rule: "self_recovery",
      cause: "control plane",
      project_id: null,
      subject: last?.id ?? "control plane",
      summary,
      members,
    });
    const facts: Fact[] = [];
    if (last !== undefined && last.state !== "PASSED") {
      const [found] = last.findings;
      const what = last.state === "FAILED" ? "could not be built anew" : "would not come back as it is";
      facts.push(
        fact(
          `the control plane ${what}: ${found?.message ?? ""}`,
          last.findings.map(({ code }) => code),
        ),
      );
    } else if (since_ms !== undefined && clock.now_ms() - since_ms > OVERDUE_DAYS * DAY_MS) {
      facts.push(
        fact(`nobody has drilled the control plane for ${Math.floor((clock.now_ms() - since_ms) / DAY_MS)} days`, []),
      );
    }
    return facts;
  },
};
