import type { Command } from "commander";
import type { IntegrityReportView, LedgerView } from "../../../protocol/index.ts";
import { formatBytes, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show, showList } from "../output.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { PAGE_SIZE, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";
import { parseSize } from "../size.ts";
import type { Column } from "../table.ts";

const LEDGER: readonly Column<LedgerView["items"][number]>[] = [
  { title: "project", value: (row) => row.project },
  { title: "region", value: (row) => row.region },
  { title: "packs", value: (row) => row.packs, align: "right" },
  { title: "bytes", value: (row) => formatBytes(row.bytes), align: "right" },
  { title: "read", value: (row) => `${row.read_packs} in ${row.period_days} d`, align: "right" },
  { title: "never read", value: (row) => row.never_read_packs, align: "right" },
  { title: "damaged", value: (row) => row.damaged_packs, align: "right" },
  { title: "oldest read", value: (row) => formatTime(row.oldest_read_at) },
  { title: "on time", value: (row) => (row.on_time ? "yes" : "NO") },
];

const account = (name: string) => (row: IntegrityReportView) =>
  String((row.report["account"] as Readonly<Record<string, number>>)[name] ?? 0);

const REPORTS: readonly Column<IntegrityReportView>[] = [
  { title: "day", value: (row) => row.day },
  { title: "project", value: (row) => row.project_name },
  ...["scheduled", "succeeded", "late", "failed", "missed", "skipped", "covered"].map(
    (name): Column<IntegrityReportView> => ({ title: name, value: account(name), align: "right" }),
  ),
  { title: "checked", value: (row) => String(row.report["backups_checked"]), align: "right" },
  { title: "signed", value: (row) => formatTime(row.created_at) },
];

/** `baas verify ledger` and `baas verify report`. */
export function registerLedger(verify: Command, io: CliIo): void {
  serverCommand(
    verify,
    "ledger",
    "Show how far the deep reads of all packs have come; or set their time and budget.",
    "baas verify ledger --days 14 --bytes-per-day 500GiB",
  )
    .option("--days <n>", "read every pack whole within so many days", Number)
    .option("--bytes-per-day <size>", "of each repository, read no more in a day", parseSize)
    // `--json`, `--server` and the like may stand before or after the word.
    .action(async (_own: ServerOptions, command: Command) => {
      const options = command.optsWithGlobals<ServerOptions & { days?: number; bytesPerDay?: number }>();
      const { api } = await connectServer(io, options);
      const { days, bytesPerDay: bytes_per_day_max } = options;
      if (days === undefined && bytes_per_day_max === undefined) {
        showList(io, options, unwrap(await api.GET("/v1/ledger")).items, LEDGER, "no project has a repository yet");
        return;
      }
      const body = {
        ...(days === undefined ? {} : { days }),
        ...(bytes_per_day_max === undefined ? {} : { bytes_per_day_max }),
      };
      const set = unwrap(await api.POST("/v1/ledger/setting", { params: { header: idempotencyKey(io) }, body }));
      const budget = formatBytes(set.bytes_per_day_max);
      show(
        io,
        options,
        set,
        () => `every pack is read within ${set.days} days, of each repository up to ${budget} a day`,
      );
    });
  serverCommand(verify, "report", "List the signed accounts of past days.", "baas verify report --day 2026-05-11")
    .option("--day <day>", "only this UTC day")
    .option("--project <name>", "only this project")
    .action(async (_own: ServerOptions, command: Command) => {
      const options = command.optsWithGlobals<ServerOptions & { day?: string; project?: string }>();
      const { api } = await connectServer(io, options);
      const filter = filterOf([
        ["day=", options.day],
        ["project=", options.project],
      ]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const token = page_token === undefined ? {} : { page_token };
          return unwrap(
            await api.GET("/v1/integrity-reports", {
              params: { query: { page_size: PAGE_SIZE, ...filter, ...token } },
            }),
          );
        },
        columns: REPORTS,
        empty: "no day has been accounted for yet",
      });
    });
}
