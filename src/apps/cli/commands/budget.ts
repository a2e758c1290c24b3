import { cliError } from "../errors.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { renderTable } from "../table.ts";

export const register: Register = (program, io) => {
  const budget = group(program, "budget", "what projects may cost in a month", "baas budget list");
  serverCommand(budget, "list", "List budgets, and what the running month costs so far.", "baas budget list").action(
    async (options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const { items } = unwrap(await api.GET("/v1/budgets", {}));
      show(io, options, items, (rows) =>
        rows.length === 0
          ? "no project has a budget"
          : renderTable(rows, [
              { title: "project", value: (row) => row.project },
              { title: "budget", value: (row) => row.amount, align: "right" },
              { title: "so far", value: (row) => row.spent ?? "no subscription", align: "right" },
              { title: "percent", value: (row) => row.percent, align: "right" },
              { title: "currency", value: (row) => row.currency },
            ]),
      );
    },
  );
  serverCommand(
    budget,
    "set",
    "Say what a project may cost in a month, before tax; somebody is told at 80 %.",
    "baas budget set acme-prod --amount 500",
  )
    .argument("<project>", "name or id")
    .option("--amount <amount>", "for a month, in the currency of its subscription")
    .option("--none", "take it away")
    .action(async (project: string, options: ServerOptions & { amount?: string; none?: true }) => {
      if ((options.amount === undefined) !== (options.none === true))
        throw cliError("CLI_USAGE", "give --amount or --none");
      const { api } = await connectServer(io, options);
      const body = { project, amount: options.amount ?? null };
      const { items } = unwrap(await api.POST("/v1/budgets", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, items, ([set]) =>
        set === undefined
          ? `${project} has no budget`
          : `${set.project}: ${set.amount} a month, ${set.spent ?? "0"} so far`,
      );
    });
};
