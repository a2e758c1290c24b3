/**
 * billing: what is charged for. Nouns: price book (items, prices with a date of effect), tier (of subscription),
 * add-on, subscription (a tier and add-ons from one day to another), invoice, credit note.
 * Invariants: prices, tiers and what a tier drives are data; arithmetic is exact until a line is rounded to the cent;
 * an invoice keeps what it was made of and comes out the same to the cent when it is computed again; invoices are
 * numbered without gaps and never change, a credit note takes back.
 */
export { computeInvoice, type Computed, type InvoiceLine, type Price, type Segment } from "./compute.ts";
export { type Budget, budgetFacts, listBudgets, setBudget } from "./budgets.ts";
export * from "./errors.ts";
export { createInvoice, creditInvoice, getInvoice, invoiceCsv, listInvoices, recomputeInvoice } from "./invoices.ts";
export { addPrice, listPrices } from "./prices.ts";
export { promisedEvidence } from "./promised.ts";
export { applySubscriptions, listSubscriptions, setSubscription } from "./subscriptions.ts";
export { invoicePdf } from "./pdf.ts";
export { type WorkloadCost, workloadCost } from "./workload-cost.ts";
