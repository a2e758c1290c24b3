import type { UsageView } from "../../../protocol/index.ts";
import { formatBytes } from "../format.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, required, serverCommand } from "../server/command.ts";
import { type Column, renderTable } from "../table.ts";

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
};

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
