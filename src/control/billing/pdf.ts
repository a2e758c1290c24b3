import { Decimal } from "decimal.js";
import { counted } from "../../base/index.ts";
import { renderPdf } from "../../platform/document/index.ts";
import type { InvoiceRow } from "./invoices.ts";

const LINE_COLUMNS = [
  { title: "What", wide: true },
  { title: "From" },
  { title: "Until" },
  { title: "Quantity", align: "right" },
  { title: "Unit" },
  { title: "Price", align: "right" },
  { title: "Amount", align: "right" },
] as const;

/** The invoice as pages; the same figures as in JSON and CSV. */
export function invoicePdf(invoice: InvoiceRow): Promise<Buffer> {
  const { number, project, month, currency, net, tax, total, tax_percent, lines } = invoice;
  const kind = invoice.kind === "INVOICE" ? "Invoice" : "Credit note";
  const figure = (label: string, value: string, note: string) => {
    return { label, value: `${grouped(value)} ${currency}`, note, tone: "plain" as const, records: "" };
  };
  return renderPdf({
    title: `${kind} ${number}`,
    subtitle: `${project} · ${monthName(month)}`,
    generated_at: invoice.created_at.toISOString(),
    fingerprint: null,
    report_id: invoice.id,
    blocks: [
      {
        kind: "figures",
        figures: [
          figure("Net", net, counted(lines.length, "line")),
          figure("Tax", tax, `${new Decimal(tax_percent).toString()} %`),
          figure("Total", total, invoice.kind === "INVOICE" ? "to be paid" : "credited"),
        ],
      },
      ...(invoice.reason === null ? [] : [{ kind: "text" as const, text: `Reason: ${invoice.reason}` }]),
      { kind: "heading", text: "Lines" },
      {
        kind: "table",
        name: "lines",
        columns: LINE_COLUMNS,
        rows: lines.map((line) => [
          line.title,
          line.from,
          line.until,
          grouped(new Decimal(line.quantity).toDecimalPlaces(6).toString()),
          line.unit,
          line.unit_price === null ? null : grouped(line.unit_price),
          grouped(line.amount),
        ]),
        empty: "no lines",
      },
      {
        kind: "text",
        text: "Days are UTC; the day named last is not included. Lines are rounded to the cent, tax once on their sum.",
      },
    ],
  });
}

/** `1,302.71` of `1302.71`; what stands behind the point stays. */
function grouped(decimal: string): string {
  const [whole = "", ...rest] = decimal.split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
}

/** `November 2026` of `2026-11`. */
function monthName(month: string): string {
  const at = new Date(`${month}-01T00:00:00Z`);
  return at.toLocaleString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
}
