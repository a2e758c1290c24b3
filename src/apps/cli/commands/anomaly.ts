import type { AnomalyView } from "../../../protocol/index.ts";
import { formatTime } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";
import type { Column } from "../table.ts";

const COLUMNS: readonly Column<AnomalyView>[] = [
  { title: "id", value: (row) => row.id },
  { title: "workload", value: (row) => row.workload_name },
  { title: "kind", value: (row) => row.kind.replace("_", " ") },
  { title: "state", value: (row) => row.state },
  { title: "backup", value: (row) => row.backup_id },
  { title: "last clean one", value: (row) => row.clean_backup_id },
  { title: "change", value: (row) => usual(row, "change_percent", "%"), align: "right" },
  { title: "stored/new", value: (row) => usual(row, "stored_to_new_percent", "%"), align: "right" },
  { title: "files", value: (row) => usual(row, "files", ""), align: "right" },
  { title: "detected", value: (row) => formatTime(row.detected_at) },
];

/** Measured, and in parentheses what was usual. */
function usual(row: AnomalyView, name: string, unit: string): string {
  return `${row.signals[name] ?? "?"}${unit} (${row.signals[`usual_${name}`] ?? "?"}${unit})`;
}

export const register: Register = (program, io) => {
  const anomaly = group(program, "anomaly", "backups that look like encryption or mass deletion", "baas anomaly list");
  serverCommand(anomaly, "list", "List what nobody has decided about yet.", "baas anomaly list")
    .option("--all", "dismissed ones, too")
    .action(async (options: ServerOptions & { all?: boolean }) => {
      const { api } = await connectServer(io, options);
      const filter = filterOf([["state=", options.all === true ? undefined : "OPEN"]]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const token = page_token === undefined ? {} : { page_token };
          const query = { page_size: PAGE_SIZE, ...filter, ...token };
          return unwrap(await api.GET("/v1/anomalies", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "no backup looks unusual",
      });
    });
  serverCommand(
    anomaly,
    "dismiss",
    "It was meant to be: the protection of the last clean backup ends, and this is usual from now on.",
    'baas anomaly dismiss anm_… --note "media library moved to a new codec"',
  )
    .argument("<id>", "id of the anomaly")
    .option("--note <text>", "why it is no attack")
    .action(async (id: string, options: ServerOptions & { note?: string }) => {
      const { api } = await connectServer(io, options);
      const params = { path: { id }, header: idempotencyKey(io) };
      const body = { note: required(options.note, "--note") };
      const done = unwrap(await api.POST("/v1/anomalies/{id}/dismiss", { params, body }));
      show(io, options, done, (row) => `${row.id} dismissed; ${row.clean_backup_id ?? "nothing"} is protected no more`);
    });
};
