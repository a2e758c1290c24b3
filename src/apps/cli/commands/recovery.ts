import type { RecoveryDrillView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatDuration, formatTime } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { showPages } from "../server/lists.ts";
import type { Column } from "../table.ts";

const COLUMNS: readonly Column<RecoveryDrillView>[] = [
  { title: "id", value: (row) => row.id },
  { title: "when", value: (row) => formatTime(row.requested_at) },
  { title: "result", value: (row) => row.state.toLowerCase() },
  { title: "took", value: (row) => (row.seconds === null ? "" : formatDuration(row.seconds * 1000)), align: "right" },
  { title: "backups", value: (row) => String(row.figures["backups_compared"] ?? ""), align: "right" },
  { title: "first finding", value: (row) => row.findings[0]?.message ?? "", shrink: true },
];

export const register: Register = (program, io) => {
  const recovery = group(program, "recovery", "would the server itself come back?", "baas recovery drill");

  serverCommand(
    recovery,
    "kit",
    "Show the recovery kit for printing: where the regions are, and what to do when the server is lost.",
    "baas recovery kit --new > kit.txt",
  )
    .option("--new", "make it anew, of the regions there are now")
    .action(async (options: ServerOptions & { new?: true }) => {
      const { api } = await connectServer(io, options);
      const kit =
        options.new === true
          ? unwrap(await api.POST("/v1/recovery-kit", { params: { header: idempotencyKey(io) }, body: {} }))
          : unwrap(await api.GET("/v1/recovery-kit"));
      show(io, options, kit, (it) => it.text.trimEnd());
    });

  serverCommand(
    recovery,
    "drill",
    "Build the control plane anew in a clean database, from the regions of the kit alone, and compare it with this one.\nExit code 1: it would not come back as it is.",
    "baas recovery drill",
  )
    .option(...DETACH)
    .action(async (options: WaitOptions) => {
      const connection = await connectServer(io, options);
      const params = { header: idempotencyKey(io) };
      const accepted = unwrap(await connection.api.POST("/v1/recovery-drills", { params, body: {} }));
      const job = await awaitJob(io, connection, options, accepted.job_id);
      if (job === undefined) {
        show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
        return;
      }
      const query = { filter: `id=${accepted.resource_id ?? ""}` };
      const { items } = unwrap(await connection.api.GET("/v1/recovery-drills", { params: { query } }));
      const [found] = items;
      if (found === undefined) return settle(io, job);
      show(io, options, found, drillText);
      if (found.state === "PASSED") return;
      const message = `recovery drill ${found.id}: ${found.findings[0]?.message ?? found.state}`;
      throw cliError("CLI_RECOVERY_DIFFERENT", message, { drill_id: found.id });
    });

  serverCommand(recovery, "list", "List drills of the control plane, newest first.", "baas recovery list").action(
    async (options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/recovery-drills", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "the control plane was not drilled yet",
      });
    },
  );
};

function drillText({ state, seconds, figures, findings }: RecoveryDrillView): string {
  const compared = Object.entries(figures)
    .filter(([name]) => name.endsWith("_compared"))
    .map(([name, count]) => `${count} ${name.slice(0, -"_compared".length)}`);
  const head = `${state.toLowerCase()}${seconds === null ? "" : ` in ${formatDuration(seconds * 1000)}`}: ${compared.join(", ")} compared`;
  return [head, ...findings.map(({ code, message }) => `  ${code}: ${message}`)].join("\n");
}
