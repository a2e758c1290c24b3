import type { Command } from "commander";
import { reportKinds } from "../../../model/index.ts";
import type { ReportSubscriptionView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import type { CliIo } from "../io.ts";
import { show } from "../output.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { showPages } from "../server/lists.ts";
import type { Column } from "../table.ts";

const COLUMNS: readonly Column<ReportSubscriptionView>[] = [
  { title: "name", value: (row) => row.name },
  { title: "reports", value: (row) => row.kinds.join(", "), shrink: true },
  { title: "of", value: (row) => row.project_id ?? "all projects" },
  { title: "channel", value: (row) => row.channel_name },
];

interface SubscribeOptions extends ServerOptions {
  readonly kind?: string;
  readonly channel?: string;
  readonly project?: string;
}

/** Who gets which reports by themselves. */
export function registerSubscriptions(report: Command, io: CliIo): void {
  serverCommand(
    report,
    "subscribe",
    "Send reports of some kinds over a channel whenever they are made: of a month, of a quarter, of each drill.",
    "baas report subscribe board --kind attestation,health --channel board-mail",
  )
    .argument("<name>", "a name for it")
    .option("--kind <kinds>", `which, with commas between: ${reportKinds.join(", ")}`)
    .option("--channel <name>", "channel of kind email, webhook or slack")
    .option("--project <name>", "only of this project; by default of all")
    .action(async (name: string, options: SubscribeOptions) => {
      const kinds = required(options.kind, "--kind")
        .split(",")
        .map((word) => {
          const kind = reportKinds.find((each) => each === word.trim());
          if (kind === undefined)
            throw cliError("CLI_USAGE", `${word} is no kind of report: ${reportKinds.join(", ")}`);
          return kind;
        });
      const { api } = await connectServer(io, options);
      const project = options.project === undefined ? {} : { project: options.project };
      const body = { name, kinds, channel: required(options.channel, "--channel"), ...project };
      const made = unwrap(await api.POST("/v1/report-subscriptions", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, made, (it) => `${it.name}: ${it.kinds.join(", ")} go to ${it.channel_name}`);
    });
  serverCommand(report, "subscriptions", "List who gets which reports.", "baas report subscriptions").action(
    async (options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/report-subscriptions", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "nobody gets reports by themselves",
      });
    },
  );
  serverCommand(report, "unsubscribe", "Send no further reports.", "baas report unsubscribe board")
    .argument("<name>", "name or id of the subscription")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const params = { path: { id } };
      const ended = unwrap(await api.DELETE("/v1/report-subscriptions/{id}", { params }));
      show(io, options, ended, (it) => `${it.id} ended`);
    });
}
