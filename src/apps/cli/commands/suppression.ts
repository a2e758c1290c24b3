import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { cliError } from "../errors.ts";
import { formatCount, formatTime, printable } from "../format.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { renderTable } from "../table.ts";

interface AddOptions extends ServerOptions {
  readonly file?: string;
  readonly scope?: string;
  readonly reason?: string;
}

/** Entries of one request. */
const ENTRIES_MAX = 10_000;

export const register: Register = (program, io) => {
  const suppression = group(
    program,
    "suppression",
    "addresses never to be mailed again",
    "baas suppression add mail someone@example.net --reason complaint",
  );
  serverCommand(
    suppression,
    "add",
    "Add addresses to an application's suppression log. Nothing takes them out; every restore applies them.",
    "baas suppression add mail someone@example.net --reason complaint",
  )
    .argument("<application>", "name or id of the application")
    .argument("[addresses...]", "addresses")
    .option("--file <path>", "a file with an address a line")
    .option("--scope <scope>", "only within this, e.g. list:12; by default everywhere")
    .option("--reason <text>", "why")
    .action(async (id: string, addresses: readonly string[], options: AddOptions) => {
      const { api } = await connectServer(io, options);
      const lines =
        options.file === undefined ? [] : (await readFile(resolve(io.cwd, options.file), "utf8")).split(/\r?\n/);
      const all = [...addresses, ...lines.map((line) => line.trim()).filter((line) => line !== "")];
      if (all.length === 0) throw cliError("CLI_USAGE", "name addresses, or a file of them (--file)");
      const more = {
        ...(options.scope === undefined ? {} : { scope: options.scope }),
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      };
      const total = { recorded: 0, known: 0 };
      for (let at = 0; at < all.length; at += ENTRIES_MAX) {
        const entries = all.slice(at, at + ENTRIES_MAX).map((address) => ({ address, ...more }));
        const done = unwrap(
          await api.POST("/v1/applications/{id}/suppressions", {
            params: { path: { id }, header: idempotencyKey(io) },
            body: { entries },
          }),
        );
        total.recorded += done.recorded;
        total.known += done.known;
      }
      show(
        io,
        options,
        total,
        ({ recorded, known }) => `${formatCount(recorded)} recorded, ${formatCount(known)} known already`,
      );
    });
  serverCommand(
    suppression,
    "show",
    "Show entries of an application's suppression log: those of an address, or the newest.",
    "baas suppression show mail --address someone@example.net",
  )
    .argument("<application>", "name or id of the application")
    .option("--address <address>", "only of this address")
    .action(async (id: string, options: ServerOptions & { readonly address?: string }) => {
      const { api } = await connectServer(io, options);
      const query = options.address === undefined ? {} : { address: options.address };
      const found = unwrap(await api.GET("/v1/applications/{id}/suppressions", { params: { path: { id }, query } }));
      show(io, options, found, ({ total, items }) =>
        items.length === 0
          ? "no entries"
          : [
              renderTable(
                items,
                [
                  { title: "address", value: (row) => printable(row.address), shrink: true },
                  { title: "scope", value: (row) => row.scope ?? "everywhere" },
                  { title: "reason", value: (row) => printable(row.reason), shrink: true },
                  { title: "recorded", value: (row) => formatTime(row.recorded_at) },
                  { title: "by", value: (row) => row.by },
                ],
                widthOf(io),
              ),
              ...(total > items.length ? [`… of ${formatCount(total)}`] : []),
            ].join("\n"),
      );
    });
};
