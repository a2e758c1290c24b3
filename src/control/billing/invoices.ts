import { Decimal } from "decimal.js";
import { sql } from "kysely";
import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Db, InvoiceTable, Ports, Tx } from "../../platform/db/index.ts";
import { getProject } from "../inventory/index.ts";
import { monthRange, usageOf } from "../metering/index.ts";
import { type Computed, computeInvoice, type InvoiceLine, type Price, type Segment } from "./compute.ts";
import { billingError } from "./errors.ts";
import { listPrices } from "./prices.ts";

const LOCK_KEY = 4_841_273_581;

/** What an invoice was made of; the usage itself is in the records up to `last_record`. */
interface Basis {
  readonly segments: readonly Segment[];
  readonly prices: readonly Price[];
  readonly last_record: number;
}

export type InvoiceRow = Selectable<InvoiceTable> & { readonly project: string };

/** @throws MONTH_INVALID, PROJECT_NOT_FOUND, INVOICE_TOO_EARLY, INVOICE_EXISTS, SUBSCRIPTION_MISSING */
export async function createInvoice(
  tx: Tx,
  { project: project_ref, month }: { readonly project: string; readonly month: string },
  by: string,
  ports: Ports,
): Promise<InvoiceRow> {
  const range = monthRange(month);
  const project = await getProject(tx, project_ref);
  if (range.until.getTime() > ports.clock.now_ms()) {
    throw billingError("INVOICE_TOO_EARLY", `${month} is not over`, { month });
  }
  await lockInvoices(tx);
  const earlier = await tx
    .selectFrom("invoices")
    .selectAll()
    .where("project_id", "=", project.id)
    .where("kind", "=", "INVOICE")
    .where("month", "=", month)
    .execute();
  for (const { id, number, net } of earlier) {
    if (new Decimal(await creditedNet(tx, id)).equals(net) && !new Decimal(net).isZero()) continue;
    const message = `invoice ${number} for ${month} is there already: ${id}`;
    throw billingError("INVOICE_EXISTS", message, { invoice: id, month });
  }
  const rows = await tx
    .selectFrom("subscriptions")
    .selectAll()
    .where("project_id", "=", project.id)
    .where("effective_from", "<", range.until.toISOString().slice(0, 10))
    .orderBy("created_at")
    .execute();
  const last = rows.at(-1);
  if (last === undefined) {
    throw billingError("SUBSCRIPTION_MISSING", `${project.name} had no subscription in ${month}`, { month });
  }
  const segments = rows.map(({ tier, addons, billing, setup, effective_from, effective_until }): Segment => {
    return { tier, addons, billing, setup, effective_from, effective_until };
  });
  const prices = (await listPrices(tx, last.currency)).map(
    ({ item, title, kind, unit, amount, effective_from }): Price => ({
      item,
      title,
      kind,
      unit,
      amount,
      effective_from,
    }),
  );
  const usage = await usageOf(tx, project.id, month);
  const { tax_percent, currency } = last;
  const computed = computeInvoice({ month, segments, prices, usage: usage.lines, tax_percent });
  const basis: Basis = { segments, prices, last_record: usage.last_record };
  const more = { kind: "INVOICE", corrects: null, reason: null, month, currency, tax_percent } as const;
  return insert(tx, { project_id: project.id, ...more, basis: JSON.stringify(basis) }, computed, by, ports);
}

async function lockInvoices(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_KEY)})`.execute(tx);
}

type Head = Pick<InvoiceRow, "project_id" | "kind" | "corrects" | "reason" | "month" | "currency" | "tax_percent">;

async function insert(tx: Tx, head: Head & { readonly basis: string }, computed: Computed, by: string, ports: Ports) {
  const id = newId("inv", ports.clock, ports.random);
  const { newest } = await tx
    .selectFrom("invoices")
    .select((eb) => eb.fn.max("number").as("newest"))
    .executeTakeFirstOrThrow();
  const { lines, net, tax, total } = computed;
  const number = Number(newest ?? 0) + 1;
  const figures = { lines: JSON.stringify(lines), net, tax, total };
  const times = { created_at: new Date(ports.clock.now_ms()), created_by: by };
  await tx
    .insertInto("invoices")
    .values({ id, number, ...head, ...figures, ...times })
    .execute();
  const { project_id, kind, month, currency } = head;
  const data = { number, kind, month, currency, total, by };
  await appendEvent(tx, { type: "holdfast.invoice.created", subject: id, project_id, data }, ports);
  return getInvoice(tx, id);
}

function invoiceRows(db: Db) {
  return db
    .selectFrom("invoices")
    .innerJoin("projects", "projects.id", "invoices.project_id")
    .selectAll("invoices")
    .select("projects.name as project");
}

/** @throws INVOICE_NOT_FOUND */
export async function getInvoice(db: Db, id: string): Promise<InvoiceRow> {
  const row = await invoiceRows(db).where("invoices.id", "=", id).executeTakeFirst();
  if (row === undefined) throw billingError("INVOICE_NOT_FOUND", `there is no invoice ${id}`, { invoice: id });
  return row;
}

/** Newest first. @throws PROJECT_NOT_FOUND */
export async function listInvoices(db: Db, project_ref?: string): Promise<InvoiceRow[]> {
  const project = project_ref === undefined ? undefined : await getProject(db, project_ref);
  return invoiceRows(db)
    .$if(project !== undefined, (query) => query.where("invoices.project_id", "=", project?.id ?? ""))
    .orderBy("invoices.number", "desc")
    .limit(10_000)
    .execute();
}

/** From what it was made of, and from the usage that came later. @throws INVOICE_NOT_FOUND */
export async function recomputeInvoice(db: Db, id: string) {
  const invoice = await getInvoice(db, id);
  const { lines, net, total, month, project_id, tax_percent } = invoice;
  if (invoice.kind === "CREDIT_NOTE") return { id, same: true, total, total_with_later_usage: total };
  const { segments, prices, last_record } = invoice.basis as unknown as Basis;
  const compute = async (until?: number) => {
    const usage = await usageOf(db, project_id, month, until);
    return computeInvoice({ month, segments, prices, usage: usage.lines, tax_percent });
  };
  const again = await compute(last_record);
  const amounts = (of: readonly InvoiceLine[]) =>
    of.map(({ item, from, amount }) => `${item} ${from} ${amount}`).join();
  const same = again.net === net && again.total === total && amounts(again.lines) === amounts(lines);
  return { id, same, total: again.total, total_with_later_usage: (await compute()).total };
}

async function creditedNet(db: Db, id: string): Promise<string> {
  const notes = await db.selectFrom("invoices").select("net").where("corrects", "=", id).execute();
  return notes.reduce((sum, note) => sum.minus(note.net), new Decimal(0)).toFixed(2);
}

/** Takes back all that is left of an invoice, or a part. @throws INVOICE_NOT_FOUND, CREDIT_TOO_MUCH */
export async function creditInvoice(
  tx: Tx,
  { id, reason, net: part }: { readonly id: string; readonly reason: string; readonly net?: string | undefined },
  by: string,
  ports: Ports,
): Promise<InvoiceRow> {
  await lockInvoices(tx);
  const { project_id, month, currency, tax_percent, number, kind, net } = await getInvoice(tx, id);
  const left = new Decimal(net).minus(await creditedNet(tx, id));
  const back = new Decimal(part ?? left);
  if (kind !== "INVOICE" || back.lessThanOrEqualTo(0) || back.greaterThan(left) || back.decimalPlaces() > 2) {
    const message = `${kind === "INVOICE" ? left.toFixed(2) : "0.00"} of it can be taken back, not ${back.toString()}`;
    throw billingError("CREDIT_TOO_MUCH", message, { invoice: id });
  }
  const tax = back.times(tax_percent).div(100).toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
  const minus = (value: Decimal) => value.negated().toFixed(2);
  const line: InvoiceLine = {
    item: "credit",
    title: `Credit for invoice ${number}: ${reason}`,
    quantity: "1",
    unit: "once",
    unit_price: minus(back),
    from: `${month}-01`,
    until: monthRange(month).until.toISOString().slice(0, 10),
    amount: minus(back),
  };
  const computed = { lines: [line], net: minus(back), tax: minus(tax), total: minus(back.plus(tax)) };
  const head = {
    project_id,
    kind: "CREDIT_NOTE",
    corrects: id,
    reason,
    month,
    currency,
    tax_percent,
    basis: "{}",
  } as const;
  return insert(tx, head, computed, by, ports);
}

const CSV_FIELDS = ["item", "title", "quantity", "unit", "unit_price", "from", "until", "amount"] as const;

/** A line for each of the invoice's, then net, tax and total (RFC 4180). */
export function invoiceCsv({ lines, net, tax, tax_percent, total, currency }: InvoiceRow): string {
  // A cell that begins like a formula would be run by a spreadsheet.
  const quote = (value: string | null) =>
    `"${(value ?? "").replace(/^(?=[=+@\t]|-(?![\d.]+$))/, "'").replaceAll('"', '""')}"`;
  const rows = lines.map((line) => CSV_FIELDS.map((field) => quote(line[field])));
  const sum = (item: string, title: string, amount: string) => [item, title, "", "", "", "", "", amount].map(quote);
  rows.push(
    sum("net", `Net, ${currency}`, net),
    sum("tax", `Tax, ${new Decimal(tax_percent).toString()} %`, tax),
    sum("total", `Total, ${currency}`, total),
  );
  return [CSV_FIELDS.join(","), ...rows.map((row) => row.join(","))].join("\r\n") + "\r\n";
}
