import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, SubscriptionTable, Tx } from "../../platform/db/index.ts";
import { subscribedDrills } from "../drill/index.ts";
import { getProject } from "../inventory/index.ts";
import { setKeySchedule } from "../rotation/index.ts";
import { billingError } from "./errors.ts";
import { assertDay, type Drives, listPrices } from "./prices.ts";
import { promiseEvidence } from "./promised.ts";

export type SubscriptionRow = Selectable<SubscriptionTable>;

export interface NewSubscription {
  /** Id or name. */
  readonly project: string;
  /** An item of the price book of kind tier. */
  readonly tier: string;
  readonly addons: Readonly<Record<string, number>>;
  readonly billing: "monthly" | "annual";
  readonly currency: string;
  readonly tax_percent: string;
  /** Disaster Recovery Setup is charged with it. */
  readonly setup: boolean;
  /** A day; undefined: today (UTC). */
  readonly effective_from?: string | undefined;
}

/**
 * Ends what was there on the day the new one begins. @throws PRICE_UNKNOWN, SUBSCRIPTION_CONFLICT, PROJECT_NOT_FOUND
 */
export async function setSubscription(
  tx: Tx,
  input: NewSubscription,
  by: string,
  ports: Ports,
): Promise<SubscriptionRow> {
  const { id: project_id } = await getProject(tx, input.project);
  await tx.selectFrom("projects").select("id").where("id", "=", project_id).forUpdate().execute();
  const now = new Date(ports.clock.now_ms());
  const { project: _, effective_from = now.toISOString().slice(0, 10), addons, ...rest } = input;
  assertDay(effective_from);
  await assertPriced(tx, input, effective_from);
  await assertFits(tx, project_id, effective_from, input);
  await tx
    .updateTable("subscriptions")
    .set({ effective_until: effective_from })
    .where("project_id", "=", project_id)
    .where("effective_until", "is", null)
    .execute();
  const id = newId("sub", ports.clock, ports.random);
  const times = { created_at: now, created_by: by };
  await tx
    .insertInto("subscriptions")
    .values({ id, project_id, ...rest, addons: JSON.stringify(addons), effective_from, ...times })
    .execute();
  const data = { tier: input.tier, addons, billing: input.billing, effective_from, by };
  await appendEvent(tx, { type: "holdfast.subscription.set", subject: project_id, project_id, data }, ports);
  await applySubscriptions(tx, ports);
  return tx.selectFrom("subscriptions").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

async function assertPriced(tx: Tx, input: NewSubscription, on: string): Promise<void> {
  const prices = (await listPrices(tx, input.currency)).filter((price) => price.effective_from <= on);
  const wanted: [kind: string, item: string][] = [
    ["tier", input.tier],
    ...Object.keys(input.addons).map((item): [string, string] => ["addon", item]),
  ];
  if (input.setup) wanted.push(["once", "dr_setup"]);
  for (const [kind, item] of wanted) {
    if (prices.some((price) => price.kind === kind && price.item === item)) continue;
    const message = `there is no ${kind} ${item} with a price in ${input.currency} on ${on}`;
    throw billingError("PRICE_UNKNOWN", message, { item, currency: input.currency });
  }
}

async function assertFits(tx: Tx, project_id: string, from: string, input: NewSubscription): Promise<void> {
  const refuse = (message: string) => billingError("SUBSCRIPTION_CONFLICT", message, { project_id });
  const earlier = await tx
    .selectFrom("subscriptions")
    .selectAll()
    .where("project_id", "=", project_id)
    .orderBy("created_at")
    .execute();
  const last = earlier.at(-1);
  if (last !== undefined && from < last.effective_from)
    throw refuse(`one that begins ${last.effective_from} is set already`);
  if (last !== undefined && last.currency !== input.currency && from.slice(8) !== "01") {
    throw refuse("another currency begins with a month");
  }
  if (input.setup && earlier.some((row) => row.setup)) throw refuse("the set-up has been subscribed to already");
  const invoiced = await tx
    .selectFrom("invoices")
    .select("month")
    .where("project_id", "=", project_id)
    .where("kind", "=", "INVOICE")
    .where("month", ">=", from.slice(0, 7))
    .executeTakeFirst();
  if (invoiced !== undefined) throw refuse(`${invoiced.month} has been invoiced already`);
}

/**
 * Puts into effect what has begun: drills, rotation schedule, on-call hours, allowance of restore assists and packages
 * of evidence follow from the tier.
 */
export async function applySubscriptions(db: Db, ports: Ports): Promise<number> {
  const today = new Date(ports.clock.now_ms()).toISOString().slice(0, 10);
  return withTransaction(db, async (tx) => {
    const rows = await tx
      .selectFrom("subscriptions")
      .innerJoin("price_items", "price_items.item", "subscriptions.tier")
      .selectAll("subscriptions")
      .select("price_items.drives")
      .where("applied_at", "is", null)
      .where("effective_from", "<=", today)
      .orderBy("subscriptions.created_at")
      .forUpdate("subscriptions")
      .execute();
    for (const { id, project_id, tier, drives, created_by } of rows) {
      const now = new Date(ports.clock.now_ms());
      const driven = drives as unknown as Drives | null;
      if (driven !== null) {
        await setKeySchedule(tx, project_id, driven.rotation, `subscription ${tier}`, ports);
        await subscribedDrills(
          tx,
          { project_id, every: driven.drills, owner: created_by, by: `subscription ${tier}` },
          ports,
        );
        await promiseEvidence(tx, project_id, driven.evidence === "quarterly", ports);
        const settings = {
          [`incidents.allowance.${project_id}`]: driven.assists ?? "unlimited",
          [`incidents.round_the_clock.${project_id}`]: driven.on_call === "24x7",
        };
        for (const [key, value] of Object.entries(settings)) {
          const setting = { value: JSON.stringify(value), updated_at: now };
          await tx
            .insertInto("settings")
            .values({ key, ...setting })
            .onConflict((conflict) => conflict.column("key").doUpdateSet(setting))
            .execute();
        }
      }
      await tx.updateTable("subscriptions").set({ applied_at: now }).where("id", "=", id).execute();
    }
    return rows.length;
  });
}

/** Of one project or of all that are seen, oldest first. @throws PROJECT_NOT_FOUND */
export async function listSubscriptions(db: Db, project_ref?: string) {
  const project = project_ref === undefined ? undefined : await getProject(db, project_ref);
  return db
    .selectFrom("subscriptions")
    .innerJoin("projects", "projects.id", "subscriptions.project_id")
    .innerJoin("price_items", "price_items.item", "subscriptions.tier")
    .selectAll("subscriptions")
    .select(["projects.name as project", "price_items.drives"])
    .$if(project !== undefined, (query) => query.where("subscriptions.project_id", "=", project?.id ?? ""))
    .orderBy("projects.name")
    .orderBy("subscriptions.created_at")
    .limit(10_000)
    .execute();
}
