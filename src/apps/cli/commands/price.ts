import type { PriceView } from "../../../protocol/index.ts";
import { show, showList } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, required, serverCommand } from "../server/command.ts";
import type { Column } from "../table.ts";

const COLUMNS: readonly Column<PriceView>[] = [
  { title: "item", value: (row) => row.item },
  { title: "kind", value: (row) => row.kind },
  { title: "title", value: (row) => row.title, shrink: true },
  { title: "price", value: (row) => row.amount, align: "right" },
  { title: "currency", value: (row) => (row.unit === "percent" ? "%" : row.currency) },
  { title: "per", value: (row) => (row.unit === "percent" ? null : row.unit) },
  { title: "from", value: (row) => row.effective_from },
  { title: "drives", value: ({ drives }) => drivesText(drives), shrink: true },
];

interface AddOptions extends ServerOptions {
  readonly currency: string;
  readonly amount?: string;
  readonly from?: string;
}

export const register: Register = (program, io) => {
  const price = group(program, "price", "the price book", "baas price list");
  serverCommand(price, "list", "List the price book.", "baas price list --currency EUR")
    .option("--currency <code>", "only prices in it")
    .action(async (options: ServerOptions & { currency?: string }) => {
      const { api } = await connectServer(io, options);
      const query = options.currency === undefined ? {} : { currency: options.currency };
      const { items } = unwrap(await api.GET("/v1/prices", { params: { query } }));
      showList(io, options, items, COLUMNS, "the price book is empty");
    });
  const example = "baas price add storage.cold --amount 0.0041 --from 2026-12-01";
  serverCommand(price, "add", "Add a price that holds from a day on; earlier ones stay.", example)
    .argument("<item>", "as `baas price list` shows it")
    .option("--amount <number>", "for one unit; of a discount, percent")
    .option("--currency <code>", "its currency", "EUR")
    .option("--from <day>", "first day, e.g. 2026-12-01")
    .action(async (item: string, options: AddOptions) => {
      const { api } = await connectServer(io, options);
      const { currency } = options;
      const amount = required(options.amount, "--amount");
      const body = { item, currency, amount, effective_from: required(options.from, "--from") };
      const added = unwrap(await api.POST("/v1/prices", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, added, (row) => `${row.item} costs ${row.amount} ${row.currency} from ${row.effective_from}`);
    });
};

export function drivesText(drives: PriceView["drives"]): string | null {
  if (drives === null) return null;
  const assists = drives.assists === null ? "any number of" : String(drives.assists);
  const on_call = drives.on_call === undefined ? "" : `, on call ${drives.on_call}`;
  const evidence = drives.evidence === undefined ? "" : `, evidence ${drives.evidence}`;
  return `drills ${drives.drills}, rotation ${drives.rotation}, ${assists} assists a year${on_call}${evidence}`;
}
