import * as z from "zod";

const project = z.string().min(1).max(128);
const day = z.string().max(16).describe("A day in UTC, e.g. 2026-11-01");
const currency = z.string().regex(/^[A-Z]{3}$/, "three letters such as EUR");
const item = z.string().regex(/^[a-z][a-z_.]{0,63}$/, "an item of the price book");
const decimal = z.string().regex(/^\d{1,9}(\.\d{1,8})?$/, "a decimal number such as 79 or 0.0041");
/** Decimal text, so that no client rounds it. */
const amount = z.string();

const drives = z.object({
  drills: z.string(),
  rotation: z.enum(["annual", "quarterly", "monthly"]),
  /** A calendar year; null: any number. */
  assists: z.number().int().nullable(),
  /** `24x7`: incidents of severity 1 are answered within 30 minutes at any hour. */
  on_call: z.literal("24x7").optional(),
  /** A compliance package of each quarter. */
  evidence: z.literal("quarterly").optional(),
});

export const priceSchema = z.object({
  item: z.string(),
  kind: z.string(),
  title: z.string(),
  unit: z.string(),
  currency: z.string(),
  amount,
  effective_from: z.string(),
  drives: drives.nullable(),
});
export type PriceView = z.infer<typeof priceSchema>;
export const priceListSchema = z.object({ items: z.array(priceSchema) });
export const priceQuerySchema = z.strictObject({ currency: currency.optional() });
export const addPriceRequestSchema = z.strictObject({ item, currency, amount: decimal, effective_from: day });

export const setSubscriptionRequestSchema = z.strictObject({
  project,
  tier: item,
  /** How many of each. */
  addons: z.record(item, z.number().int().min(1).max(1000)).default({}),
  billing: z.enum(["monthly", "annual"]).default("monthly"),
  currency: currency.default("EUR"),
  tax_percent: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,4})?$/, "a percentage such as 19 or 7.7")
    .default("0"),
  /** Disaster Recovery Setup, charged once. */
  setup: z.boolean().default(false),
  effective_from: day.optional(),
});
export const subscriptionSchema = z.object({
  id: z.string(),
  project: z.string(),
  project_id: z.string(),
  tier: z.string(),
  addons: z.record(z.string(), z.number()),
  billing: z.enum(["monthly", "annual"]),
  currency: z.string(),
  tax_percent: z.string(),
  setup: z.boolean(),
  effective_from: z.string(),
  /** The day on which it is over; null: open. */
  effective_until: z.string().nullable(),
  applied_at: z.string().nullable(),
  created_at: z.string(),
  created_by: z.string(),
  drives: drives.nullable(),
});
export type SubscriptionView = z.infer<typeof subscriptionSchema>;
export const subscriptionListSchema = z.object({ items: z.array(subscriptionSchema) });
export const ofProjectQuerySchema = z.strictObject({ project: project.optional() });

export const createInvoiceRequestSchema = z.strictObject({
  project,
  month: z.string().max(16).describe("A calendar month in UTC that is over, e.g. 2026-10"),
});
export const creditInvoiceRequestSchema = z.strictObject({
  reason: z.string().min(1).max(500),
  /** Before tax; by default all that is left. */
  net: z
    .string()
    .regex(/^\d{1,9}(\.\d{1,2})?$/, "an amount such as 12.50")
    .optional(),
});
const lineSchema = z.object({
  item: z.string(),
  title: z.string(),
  quantity: z.string(),
  unit: z.string(),
  /** Null: the price book has none, nothing is charged. */
  unit_price: z.string().nullable(),
  amount,
});

export const invoiceSchema = z.object({
  id: z.string(),
  number: z.number().int(),
  project: z.string(),
  project_id: z.string(),
  kind: z.enum(["INVOICE", "CREDIT_NOTE"]),
  corrects: z.string().nullable(),
  reason: z.string().nullable(),
  month: z.string(),
  currency: z.string(),
  net: amount,
  tax_percent: amount,
  tax: amount,
  total: amount,
  created_at: z.string(),
  created_by: z.string(),
  lines: z.array(lineSchema.extend({ from: z.string(), until: z.string() })),
});
export type InvoiceView = z.infer<typeof invoiceSchema>;
export const invoiceListSchema = z.object({ items: z.array(invoiceSchema) });
export const invoiceDetailSchema = invoiceSchema.extend({ csv: z.string() });
export const setBudgetRequestSchema = z.strictObject({
  project: z.string().min(1),
  /** Net, for a month; null takes it away. */
  amount: z
    .string()
    .regex(/^(?!0+(\.0+)?$)\d{1,12}(\.\d{1,2})?$/, "an amount such as 500 or 99.50")
    .nullable(),
});

const budgetSchema = z.object({
  project: z.string(),
  project_id: z.string(),
  amount: z.string(),
  /** Net of the running month so far; null without a subscription. */
  spent: z.string().nullable(),
  currency: z.string().nullable(),
  percent: z.number().nullable(),
  set_by: z.string(),
});

export const budgetListSchema = z.object({ items: z.array(budgetSchema) });

export const invoicePdfSchema = z.object({
  name: z.string(),
  media_type: z.literal("application/pdf"),
  content_base64: z.string(),
});
export type InvoiceDetail = z.infer<typeof invoiceDetailSchema>;
export const recomputationSchema = z.object({
  id: z.string(),
  /** The same to the cent, line by line. */
  same: z.boolean(),
  total: amount,
  /** With corrections of usage that came after the invoice. */
  total_with_later_usage: amount,
});

export const workloadCostQuerySchema = z.strictObject({
  month: z.string().max(16).optional().describe("A calendar month in UTC, e.g. 2026-11; the running one without it"),
  currency: currency.optional().describe("Of the price book; without it that of the project's subscription"),
});

/** What one workload costs, without what its project's subscription costs whatever is protected. */
export const workloadCostSchema = z.object({
  workload_id: z.string(),
  month: z.string(),
  currency: z.string(),
  /** Of the month so far. */
  net: amount,
  lines: z.array(lineSchema),
  unpriced: z.array(z.string()),
  /** What its backups and their copies take now, and what that costs in a whole month. */
  stored_bytes: z.number(),
  storage_month: amount.nullable(),
});
export type WorkloadCostView = z.infer<typeof workloadCostSchema>;
