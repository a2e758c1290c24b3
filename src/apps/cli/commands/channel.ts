import type { ChannelView, DeliveryView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { type Connection, connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { showPages } from "../server/lists.ts";
import type { Column } from "../table.ts";

const COLUMNS: readonly Column<ChannelView>[] = [
  { title: "name", value: (row) => row.name },
  { title: "kind", value: (row) => row.kind },
  { title: "secret", value: (row) => row.secret_ref },
  { title: "delivered", value: (row) => formatTime(row.last_ok_at) },
  { title: "failures", value: (row) => row.failures_in_row, align: "right" },
  { title: "last error", value: (row) => row.last_error, shrink: true },
];

interface AddOptions extends ServerOptions {
  readonly kind?: string;
  readonly set?: string[];
  readonly secret?: string;
}

/** A test is tried within seconds; a channel that is slow to refuse gets ten. */
const TEST_WAIT_MS = 30_000;
const TEST_POLL_MS = 250;

export const register: Register = (program, io) => {
  const channel = group(program, "channel", "how people are reached", "baas channel list");
  serverCommand(channel, "list", "List channels, and whether they deliver.", "baas channel list").action(
    async (options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/channels", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "there is no channel: nobody is told of anything",
      });
    },
  );
  serverCommand(
    channel,
    "add",
    "Add a channel: email, webhook, slack, pagerduty or alertmanager.\n" +
      "A secret is named, never given: env:NAME of the server, or file:/PATH on its machine.",
    "baas channel add pager --kind pagerduty --secret env:PAGERDUTY_KEY",
  )
    .argument("<name>", "name of the channel")
    .option("--kind <kind>", "email, webhook, slack, pagerduty or alertmanager")
    .option(
      "--set <key=value>",
      "a setting, e.g. url=https://…; may be repeated",
      (text: string, all: string[] | undefined) => [...(all ?? []), text],
    )
    .option("--secret <ref>", "env:NAME or file:/PATH")
    .action(async (name: string, options: AddOptions) => {
      const { api } = await connectServer(io, options);
      const kind = required(options.kind, "--kind") as ChannelView["kind"];
      const secret = options.secret === undefined ? {} : { secret_ref: options.secret };
      const body = { name, kind, config: settings(options.set ?? []), ...secret };
      const made = unwrap(await api.POST("/v1/channels", { params: { header: idempotencyKey(io) }, body }));
      show(
        io,
        options,
        made,
        (row) => `channel ${row.name} (${row.kind}) added; try it: baas channel test ${row.name}`,
      );
    });
  serverCommand(channel, "remove", "Remove a channel that nobody is reached over.", "baas channel remove pager")
    .argument("<name>", "name of the channel")
    .action(async (name: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const gone = unwrap(await api.DELETE("/v1/channels/{id}", { params: { path: { id: name } } }));
      show(io, options, gone, () => `channel ${name} removed`);
    });
  serverCommand(channel, "test", "Send a test message and wait for its first try.", "baas channel test pager")
    .argument("<name>", "name of the channel")
    .action(async (name: string, options: ServerOptions) => {
      const connection = await connectServer(io, options);
      const params = { path: { id: name }, header: idempotencyKey(io) };
      const { delivery_id } = unwrap(await connection.api.POST("/v1/channels/{id}/test", { params }));
      const delivery = await firstTry(io, connection, delivery_id);
      show(io, options, delivery, (row) =>
        row.state === "SENT"
          ? `channel ${name} delivers`
          : `channel ${name} does not deliver: ${row.last_error ?? "no try yet"}`,
      );
      if (delivery.state !== "SENT") {
        throw cliError(
          "CLI_CHANNEL_SILENT",
          `channel ${name} does not deliver: ${delivery.last_error ?? "no try yet"}`,
          {},
        );
      }
    });
};

async function firstTry(io: CliIo, { api }: Connection, id: string): Promise<DeliveryView> {
  const until_ms = io.clock.monotonic_ms() + TEST_WAIT_MS;
  for (;;) {
    const delivery = unwrap(await api.GET("/v1/deliveries/{id}", { params: { path: { id } } }));
    const tried = delivery.state !== "PENDING" || delivery.last_error !== null;
    if (tried || io.clock.monotonic_ms() > until_ms) return delivery;
    await io.clock.sleep(TEST_POLL_MS, io.signal);
  }
}

/** `port=587` is a number, `secure=true` a truth, `to=a@x,b@x` a list. @throws CLI_USAGE */
function settings(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw cliError("CLI_USAGE", `--set takes KEY=VALUE, not ${pair}`);
      const [key, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (key === "to") return [key, value.split(",")];
      if (value === "true" || value === "false") return [key, value === "true"];
      return [key, /^\d+$/.test(value) ? Number(value) : value];
    }),
  );
}
