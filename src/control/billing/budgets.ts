import { Decimal } from "decimal.js";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import type { Fact, FactSource } from "../alerting/index.ts";
import { getProject } from "../inventory/index.ts";
import { usageOf } from "../metering/index.ts";
import { computeInvoice } from "./compute.ts";
import { listPrices } from "./prices.ts";

export interface Budget {
  readonly project: string;
  readonly project_id: string;
  /** Net, in the currency of the project's subscription. */
  readonly amount: string;
  /** Net of the running month: what its subscription is and what was used so far. Null: no subscription. */
  readonly spent: string | null;
  readonly currency: string | null;
  readonly percent: number | null;
  readonly set_by: string;
}

/** From here on somebody is told, and again when it is used up. */
const WARN_PERCENT = 80;
const EVERY_MS = 600_000;

/** Null takes it away. @throws PROJECT_NOT_FOUND */
export async function setBudget(
  tx: Tx,
  { project, amount }: { readonly project: string; readonly amount: string | null },
  by: string,
  ports: Ports,
): Promise<Budget | null> {
  const { id } = await getProject(tx, project);
  if (amount === null) {
    await tx.deleteFrom("budgets").where("project_id", "=", id).execute();
    return null;
  }
  const values = { amount, set_by: by, updated_at: new Date(ports.clock.now_ms()) };
  await tx
    .insertInto("budgets")
    .values({ project_id: id, ...values })
    .onConflict((conflict) => conflict.column("project_id").doUpdateSet(values))
    .execute();
  return (await listBudgets(tx, ports)).find(({ project_id }) => project_id === id) ?? null;
}

/** With what the running month costs so far. */
export async function listBudgets(db: Db, ports: Pick<Ports, "clock">): Promise<Budget[]> {
  const rows = await db
    .selectFrom("budgets")
    .innerJoin("projects", "projects.id", "budgets.project_id")
    .selectAll("budgets")
    .select("projects.name as project")
    .orderBy("projects.name")
    .execute();
  const budgets: Budget[] = [];
  for (const { updated_at: _, ...row } of rows) {
    const so_far = await runningMonth(db, row.project_id, ports.clock.now_ms());
    const spent = so_far?.net ?? null;
    const percent = spent === null ? null : new Decimal(spent).div(row.amount).times(100).toDecimalPlaces(1).toNumber();
    budgets.push({ ...row, spent, currency: so_far?.currency ?? null, percent });
  }
  return budgets;
}

/** By the same computation as the invoice that will come. */
async function runningMonth(db: Db, project_id: string, now_ms: number) {
  const today = new Date(now_ms).toISOString().slice(0, 10);
  const month = today.slice(0, 7);
  const segments = await db
    .selectFrom("subscriptions")
    .selectAll()
    .where("project_id", "=", project_id)
    .where("effective_from", "<=", today)
    .orderBy("created_at")
    .execute();
  const last = segments.at(-1);
  if (last === undefined) return null;
  const prices = await listPrices(db, last.currency);
  const { lines } = await usageOf(db, project_id, month);
  const { net } = computeInvoice({ month, segments, prices, usage: lines, tax_percent: last.tax_percent });
  return { net, currency: last.currency };
}

/** Told at 80 percent, and louder when the month's budget is used up. */
export const budgetFacts: FactSource = {
  name: "budgets",
  rules: ["budget"],
  every_ms: EVERY_MS,
  async load({ db, clock }) {
    return (await listBudgets(db, { clock })).flatMap((budget): Fact[] => {
      const { project, project_id, amount, spent, currency, percent } = budget;
      if (percent === null || percent < WARN_PERCENT) return [];
      const over = percent >= 100;
      const summary = `${project} has used ${percent} % of this month's budget: ${spent} of ${amount} ${currency}`;
      const members = over ? ["warned", "used up"] : ["warned"];
      return [
        {
          rule: "budget",
          cause: project_id,
          severity: over ? 2 : 3,
          project_id,
          subject: project_id,
          summary,
          members,
        },
      ];
    });
  },
};
