import type { SubscriptionView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { showList } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, required, serverCommand } from "../server/command.ts";
import type { Column } from "../table.ts";
import { drivesText } from "./price.ts";

const COLUMNS: readonly Column<SubscriptionView>[] = [
  { title: "project", value: (row) => row.project },
  { title: "tier", value: (row) => row.tier },
  {
    title: "add-ons",
    value: ({ addons }) =>
      Object.entries(addons)
        .map(([item, count]) => `${count} ${item}`)
        .join(", "),
  },
  { title: "billing", value: (row) => row.billing },
  { title: "currency", value: (row) => row.currency },
  { title: "tax %", value: (row) => String(Number(row.tax_percent)), align: "right" },
  { title: "from", value: (row) => row.effective_from },
  { title: "until", value: (row) => row.effective_until },
  { title: "drives", value: (row) => drivesText(row.drives), shrink: true },
];

interface SetOptions extends ServerOptions {
  readonly project?: string;
  readonly tier?: string;
  readonly addon?: readonly string[];
  readonly annual?: boolean;
  readonly currency: string;
  readonly tax: string;
  readonly setup?: boolean;
  readonly from?: string;
}

export const register: Register = (program, io) => {
  const subscription = group(program, "subscription", "what a project pays for", "baas subscription show");
  const example = "baas subscription set --project acme-prod --tier enhanced --addon region=1 --tax 19";
  serverCommand(
    subscription,
    "set",
    "Set a project's subscription; key rotation and restore assists follow from its tier.",
    example,
  )
    .option("--project <name>", "whose")
    .option("--tier <tier>", "standard, standard_quarterly, enhanced or compliance, or another of the price book")
    .option("--addon <item=count>", "may be repeated", (one: string, all: readonly string[] | undefined) => [
      ...(all ?? []),
      one,
    ])
    .option("--annual", "a year ahead, for the discount")
    .option("--currency <code>", "its currency", "EUR")
    .option("--tax <percent>", "tax rate", "0")
    .option("--setup", "with Disaster Recovery Setup, charged once")
    .option("--from <day>", "first day; by default today (UTC)")
    .action(async (options: SetOptions) => {
      const { api } = await connectServer(io, options);
      const body = {
        project: required(options.project, "--project"),
        tier: required(options.tier, "--tier"),
        addons: Object.fromEntries((options.addon ?? []).map(addonOf)),
        billing: options.annual === true ? ("annual" as const) : ("monthly" as const),
        currency: options.currency,
        tax_percent: options.tax,
        setup: options.setup === true,
        ...(options.from === undefined ? {} : { effective_from: options.from }),
      };
      const { items } = unwrap(await api.POST("/v1/subscriptions", { params: { header: idempotencyKey(io) }, body }));
      showList(io, options, items, COLUMNS, "");
    });
  serverCommand(subscription, "show", "Show what projects have subscribed to, and had.", "baas subscription show")
    .option("--project <name>", "whose; by default all")
    .action(async (options: ServerOptions & { project?: string }) => {
      const { api } = await connectServer(io, options);
      const query = options.project === undefined ? {} : { project: options.project };
      const { items } = unwrap(await api.GET("/v1/subscriptions", { params: { query } }));
      showList(io, options, items, COLUMNS, "there is no subscription");
    });
};

function addonOf(text: string): [string, number] {
  const [item = "", count = "1"] = text.split("=");
  const number = Number(count);
  if (!Number.isInteger(number) || number < 1) throw cliError("CLI_USAGE", `--addon takes item=count, not ${text}`);
  return [item, number];
}
