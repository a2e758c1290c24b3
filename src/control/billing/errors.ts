import { errorCatalogue } from "../../base/index.ts";

export const billingError = errorCatalogue({
  PRICE_UNKNOWN: { fault: "user", retry: "never", guidance: "`baas price list` shows the price book.", http: 400 },
  PRICE_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Prices do not change; add one with a later date of effect.",
    http: 409,
  },
  BILLING_DATE_INVALID: { fault: "user", retry: "never", guidance: "A day is written 2026-11-01.", http: 400 },
  SUBSCRIPTION_CONFLICT: {
    fault: "user",
    retry: "never",
    guidance: "Choose a later first day; `baas subscription show --project P` shows what there is.",
    http: 409,
  },
  SUBSCRIPTION_MISSING: {
    fault: "user",
    retry: "never",
    guidance: "Set one with `baas subscription set --project P --tier standard`.",
    http: 409,
  },
  INVOICE_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas invoice list` shows them.", http: 404 },
  INVOICE_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Take it back first: `baas invoice credit ID --reason T`.",
    http: 409,
  },
  INVOICE_TOO_EARLY: { fault: "user", retry: "never", guidance: "Wait for the end of the month (UTC).", http: 409 },
  CREDIT_TOO_MUCH: {
    fault: "user",
    retry: "never",
    guidance: "A credit note takes back at most what the invoice still has.",
    http: 409,
  },
});
