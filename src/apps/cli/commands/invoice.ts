import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Option } from "commander";
import type { InvoiceDetail, InvoiceView } from "../../../protocol/index.ts";
import type { CliIo } from "../io.ts";
import { show, showList, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, required, serverCommand } from "../server/command.ts";
import { type Column, renderDetails, renderTable } from "../table.ts";

const COLUMNS: readonly Column<InvoiceView>[] = [
  { title: "number", value: (row) => String(row.number), align: "right" },
  { title: "id", value: (row) => row.id },
  { title: "kind", value: (row) => (row.kind === "INVOICE" ? "invoice" : "credit note") },
  { title: "project", value: (row) => row.project },
  { title: "month", value: (row) => row.month },
  { title: "net", value: (row) => row.net, align: "right" },
  { title: "tax", value: (row) => row.tax, align: "right" },
  { title: "total", value: (row) => row.total, align: "right" },
  { title: "currency", value: (row) => row.currency },
];

const LINES: readonly Column<InvoiceView["lines"][number]>[] = [
  { title: "what", value: (row) => row.title, shrink: true },
  { title: "from", value: (row) => row.from },
  { title: "until", value: (row) => row.until },
  { title: "quantity", value: (row) => row.quantity, align: "right" },
  { title: "unit", value: (row) => row.unit },
  { title: "price", value: (row) => row.unit_price ?? "none", align: "right" },
  { title: "amount", value: (row) => row.amount, align: "right" },
];

interface CreateOptions extends ServerOptions {
  readonly project?: string;
  readonly month?: string;
  readonly dryRun?: boolean;
}

export const register: Register = (program, io) => {
  const invoice = group(program, "invoice", "what is to be paid", "baas invoice list");
  const example = "baas invoice create --project acme-prod --month 2026-10";
  serverCommand(invoice, "create", "Invoice a month that is over.", example)
    .option("--project <name>", "whose")
    .option("--month <month>", "e.g. 2026-10")
    .option("--dry-run", "only show it")
    .action(async (options: CreateOptions) => {
      const { api } = await connectServer(io, options);
      const body = { project: required(options.project, "--project"), month: required(options.month, "--month") };
      const params = {
        header: idempotencyKey(io),
        ...(options.dryRun === true ? { query: { dry_run: "true" as const } } : {}),
      };
      const made = unwrap(await api.POST("/v1/invoices", { params, body }));
      show(io, options, made, (row) => invoiceText(io, row));
    });
  serverCommand(invoice, "list", "List invoices and credit notes.", "baas invoice list --project acme-prod")
    .option("--project <name>", "whose; by default all")
    .action(async (options: ServerOptions & { project?: string }) => {
      const { api } = await connectServer(io, options);
      const query = options.project === undefined ? {} : { project: options.project };
      const { items } = unwrap(await api.GET("/v1/invoices", { params: { query } }));
      showList(io, options, items, COLUMNS, "there is no invoice");
    });
  serverCommand(invoice, "show", "Show an invoice.", "baas invoice show inv_… --format csv")
    .argument("<id>", "id of the invoice")
    .addOption(new Option("--format <format>", "for people, or CSV").choices(["text", "csv"]).default("text"))
    .option("--pdf <file>", "write it to this file as PDF")
    .action(async (id: string, options: ServerOptions & { format: string; pdf?: string }) => {
      const { api } = await connectServer(io, options);
      if (options.pdf !== undefined) {
        const file = unwrap(await api.GET("/v1/invoices/{id}/pdf", { params: { path: { id } } }));
        const path = resolve(io.cwd, options.pdf);
        await writeFile(path, Buffer.from(file.content_base64, "base64"));
        show(io, options, { name: file.name, path }, (it) => `${it.name} written to ${it.path}`);
        return;
      }
      const found = unwrap(await api.GET("/v1/invoices/{id}", { params: { path: { id } } }));
      show(io, options, found, (row) => (options.format === "csv" ? row.csv.trimEnd() : invoiceText(io, row)));
    });
  serverCommand(
    invoice,
    "recompute",
    "Compute an invoice again from the usage records.",
    "baas invoice recompute inv_…",
  )
    .argument("<id>", "id of the invoice")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const path = "/v1/invoices/{id}/recomputation";
      const found = unwrap(await api.GET(path, { params: { path: { id } } }));
      if (!found.same) io.exit_code = 1;
      show(io, options, found, ({ same, total, total_with_later_usage }) =>
        same
          ? `the same to the cent: ${total}; with corrections that came later ${total_with_later_usage}`
          : `it comes out differently: ${total}`,
      );
    });
  serverCommand(invoice, "credit", "Take an invoice back, or a part.", 'baas invoice credit inv_… --reason "outage"')
    .argument("<id>", "id of the invoice")
    .option("--reason <text>", "why")
    .option("--net <amount>", "how much, before tax; by default all that is left")
    .action(async (id: string, options: ServerOptions & { reason?: string; net?: string }) => {
      const { api } = await connectServer(io, options);
      const net = options.net === undefined ? {} : { net: options.net };
      const body = { reason: required(options.reason, "--reason"), ...net };
      const params = { path: { id }, header: idempotencyKey(io) };
      const made = unwrap(await api.POST("/v1/invoices/{id}/credit", { params, body }));
      show(io, options, made, (row) => invoiceText(io, row));
    });
};

function invoiceText(io: CliIo, row: InvoiceDetail): string {
  const head = renderDetails([
    [row.kind === "INVOICE" ? "invoice" : "credit note", `${row.number} (${row.id})`],
    ["project", row.project],
    ["month", row.month],
    ["net", `${row.net} ${row.currency}`],
    [`tax ${Number(row.tax_percent)} %`, `${row.tax} ${row.currency}`],
    ["total", `${row.total} ${row.currency}`],
  ]);
  return `${head}\n\n${renderTable(row.lines, LINES, widthOf(io))}`;
}
