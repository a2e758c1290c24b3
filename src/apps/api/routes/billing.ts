import type { FastifyInstance } from "fastify";
import {
  addPrice,
  createInvoice,
  creditInvoice,
  getInvoice,
  invoiceCsv,
  invoicePdf,
  listBudgets,
  setBudget,
  listInvoices,
  listPrices,
  listSubscriptions,
  recomputeInvoice,
  setSubscription,
  workloadCost,
} from "../../../control/billing/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  addPriceRequestSchema,
  budgetListSchema,
  createInvoiceRequestSchema,
  creditInvoiceRequestSchema,
  idParamsSchema,
  invoiceDetailSchema,
  invoiceListSchema,
  invoicePdfSchema,
  ofProjectQuerySchema,
  priceListSchema,
  priceQuerySchema,
  priceSchema,
  recomputationSchema,
  setBudgetRequestSchema,
  setSubscriptionRequestSchema,
  subscriptionListSchema,
  workloadCostQuerySchema,
  workloadCostSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { toWire } from "../listing.ts";
import { addRead, addWrite } from "../route.ts";

async function detail(db: Db, id: string) {
  const invoice = await getInvoice(db, id);
  return { ...toWire(invoice), csv: invoiceCsv(invoice) };
}

async function subscriptions(db: Db, project?: string) {
  return { items: toWire(await listSubscriptions(db, project)) };
}

export function addBillingRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const read = { tag: "billing", scope: "billing:read" };
  // What a project pays is its provider's business.
  const write = { tag: "billing", method: "POST", scope: "billing:write", organisation: true } as const;
  addRead(app, deps, {
    ...read,
    url: "/v1/prices",
    operation_id: "find_prices",
    summary: "The price book: every price with the day from which it holds, and what a tier drives",
    query: priceQuerySchema,
    response: priceListSchema,
    run: async ({ db, query }) => ({ items: toWire(await listPrices(db, query.currency)) as never }),
  });
  addWrite(app, deps, {
    ...write,
    url: "/v1/prices",
    status: 201,
    operation_id: "add_price",
    summary: "Add a price that holds from a day on",
    body: addPriceRequestSchema,
    response: priceSchema,
    run: ({ db, body, principal }) => addPrice(db, body, principal.name, deps),
  });
  addRead(app, deps, {
    ...read,
    url: "/v1/subscriptions",
    operation_id: "find_subscriptions",
    summary: "What projects have subscribed to, and had",
    query: ofProjectQuerySchema,
    response: subscriptionListSchema,
    run: async ({ db, query }) => (await subscriptions(db, query.project)) as never,
  });
  addWrite(app, deps, {
    ...write,
    url: "/v1/subscriptions",
    status: 201,
    operation_id: "set_subscription",
    summary: "Set a project's subscription from a day on; key rotation and restore assists follow from its tier",
    body: setSubscriptionRequestSchema,
    response: subscriptionListSchema,
    run: async ({ db, body, principal }) => {
      await setSubscription(db, body, principal.name, deps);
      return (await subscriptions(db, body.project)) as never;
    },
  });
  addRead(app, deps, {
    ...read,
    url: "/v1/invoices",
    operation_id: "find_invoices",
    summary: "Invoices and credit notes, newest first",
    query: ofProjectQuerySchema,
    response: invoiceListSchema,
    run: async ({ db, query }) => ({ items: toWire(await listInvoices(db, query.project)) as never }),
  });
  addRead(app, deps, {
    ...read,
    url: "/v1/invoices/:id",
    operation_id: "get_invoice",
    summary: "One invoice with its lines, and as CSV",
    params: idParamsSchema,
    response: invoiceDetailSchema,
    run: async ({ db, params }) => (await detail(db, params.id)) as never,
  });
  addRead(app, deps, {
    ...read,
    url: "/v1/workloads/:id/cost",
    operation_id: "get_workload_cost",
    summary: "What one workload costs in a month, by its parts, and what it stores now for a whole month",
    params: idParamsSchema,
    query: workloadCostQuerySchema,
    response: workloadCostSchema,
    run: async ({ db, params, query }) => {
      const { lines, unpriced, ...cost } = await workloadCost(db, params.id, query, deps);
      return { ...cost, unpriced: [...unpriced], lines: lines.map(({ from: _, until: __, ...line }) => line) };
    },
  });
  addRead(app, deps, {
    ...read,
    url: "/v1/budgets",
    operation_id: "get_budgets",
    summary: "What projects may cost in a month, and what the running one costs so far",
    response: budgetListSchema,
    run: async ({ db }) => ({ items: await listBudgets(db, deps) }),
  });
  addWrite(app, deps, {
    ...write,
    url: "/v1/budgets",
    status: 200,
    operation_id: "set_budget",
    summary: "Say what a project may cost in a month before somebody is told; nothing is stopped",
    body: setBudgetRequestSchema,
    response: budgetListSchema,
    run: async ({ db, body, principal }) => {
      const set = await setBudget(db, body, principal.name, deps);
      return { items: set === null ? [] : [set] };
    },
  });
  addRead(app, deps, {
    ...read,
    url: "/v1/invoices/:id/pdf",
    operation_id: "get_invoice_pdf",
    summary: "One invoice as PDF",
    params: idParamsSchema,
    response: invoicePdfSchema,
    run: async ({ db, params }) => {
      const invoice = await getInvoice(db, params.id);
      const content_base64 = (await invoicePdf(invoice)).toString("base64");
      const name = `${invoice.kind === "INVOICE" ? "invoice" : "credit-note"}-${invoice.number}.pdf`;
      return { name, media_type: "application/pdf" as const, content_base64 };
    },
  });
  addRead(app, deps, {
    ...read,
    url: "/v1/invoices/:id/recomputation",
    operation_id: "recompute_invoice",
    summary: "Compute an invoice again from the usage records, and with corrections that came later",
    params: idParamsSchema,
    response: recomputationSchema,
    run: ({ db, params }) => recomputeInvoice(db, params.id),
  });
  addWrite(app, deps, {
    ...write,
    url: "/v1/invoices",
    status: 201,
    operation_id: "create_invoice",
    summary: "Invoice a project's month; a dry run shows it",
    body: createInvoiceRequestSchema,
    response: invoiceDetailSchema,
    run: async ({ db, body, principal }) =>
      (await detail(db, (await createInvoice(db, body, principal.name, deps)).id)) as never,
  });
  addWrite(app, deps, {
    ...write,
    url: "/v1/invoices/:id/credit",
    status: 201,
    operation_id: "credit_invoice",
    summary: "Take back an invoice, or a part of it, with a credit note",
    params: idParamsSchema,
    body: creditInvoiceRequestSchema,
    response: invoiceDetailSchema,
    run: async ({ db, params, body, principal }) =>
      (await detail(db, (await creditInvoice(db, { id: params.id, ...body }, principal.name, deps)).id)) as never,
  });
}
