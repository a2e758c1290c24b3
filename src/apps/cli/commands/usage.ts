import type { UsageView, WorkloadCostView } from "../../../protocol/index.ts";
import { formatBytes } from "../format.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, required, serverCommand } from "../server/command.ts";
import { type Column, renderDetails, renderTable } from "../table.ts";

type Line = UsageView["lines"][number];

export const register: Register = (program, io) => {
  const example = "baas usage show --project acme-prod --month 2026-11";
  const usage = group(program, "usage", "what was stored and moved", example);
  serverCommand(usage, "show", "Show what a project stored and moved in a month (UTC).", example)
    .option("--project <name>", "whose")
    .option("--month <month>", "e.g. 2026-11")
    .action(async (options: ServerOptions & { project?: string; month?: string }) => {
      const { api } = await connectServer(io, options);
      const query = { project: required(options.project, "--project"), month: required(options.month, "--month") };
      const found = unwrap(await api.GET("/v1/usage", { params: { query } }));
      show(io, options, found, ({ lines, ...rest }) =>
        lines.length === 0
          ? `nothing was measured for ${rest.project} in ${rest.month}`
          : renderTable(lines, columns(rest.hours_in_month), widthOf(io)),
      );
    });
  const cost_example = "baas usage cost web-1 --month 2026-11";
  serverCommand(usage, "cost", "Show what one workload costs in a month (UTC), by its parts.", cost_example)
    .argument("<workload>", "its name, or its id")
    .option("--month <month>", "e.g. 2026-11; the running one without it")
    .option("--currency <code>", "of the price book; without it that of the project's subscription")
    .action(async (workload: string, options: ServerOptions & { month?: string; currency?: string }) => {
      const { api } = await connectServer(io, options);
      const query = {
        ...(options.month === undefined ? {} : { month: options.month }),
        ...(options.currency === undefined ? {} : { currency: options.currency }),
      };
      const found = unwrap(await api.GET("/v1/workloads/{id}/cost", { params: { path: { id: workload }, query } }));
      show(io, options, found, (cost) => costText(cost, widthOf(io)));
    });
};

/** What has no price is told as such: it is in no sum. */
function costText(cost: WorkloadCostView, width: ReturnType<typeof widthOf>): string {
  const { lines, month, currency, net, stored_bytes, storage_month, unpriced } = cost;
  const a_month = storage_month === null ? "not known" : `${storage_month} ${currency}`;
  const head = renderDetails([
    [`${month} so far`, `${net} ${currency}, net`],
    ["stored now", formatBytes(stored_bytes)],
    ["that for a whole month", a_month],
  ]);
  const table = renderTable(
    lines,
    [
      { title: "part", value: (row) => row.title },
      { title: "quantity", value: (row) => `${row.quantity} ${row.unit}`, align: "right" },
      { title: "amount", value: (row) => (row.unit_price === null ? null : row.amount), align: "right" },
    ],
    width,
  );
  const note = unpriced.length === 0 ? "" : `\n\nno price in ${currency} for ${unpriced.join(", ")}: in no sum`;
  return `${head}${lines.length === 0 ? "" : `\n\n${table}`}${note}`;
}

function columns(hours_in_month: number): readonly Column<Line>[] {
  return [
    { title: "meter", value: (row) => row.meter },
    { title: "class", value: (row) => row.class },
    { title: "region", value: (row) => row.region },
    { title: "to", value: (row) => row.to_region },
    { title: "quantity", value: (row) => quantityText(row, hours_in_month), align: "right" },
    { title: "hours", value: (row) => String(row.hours), align: "right" },
    { title: "corrected", value: (row) => (row.corrected === "0" ? null : row.corrected), align: "right" },
  ];
}

/** Storage as the mean over the whole month, which is what is paid for; the exact figures are in the JSON. */
function quantityText({ unit, quantity }: Line, hours_in_month: number): string {
  if (unit === "count") return quantity;
  if (unit === "bytes") return formatBytes(Number(quantity));
  return `${formatBytes(Math.round(Number(quantity) / hours_in_month))} months`;
}
