import { open, readFile, rename } from "node:fs/promises";
import { basename } from "node:path";
import { asHoldfastError } from "../../../base/index.ts";
import type { WalArchiveView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatBytes, formatDuration, formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { getWal, putWal } from "../server/wal-files.ts";
import { type Column, renderTable } from "../table.ts";

interface WalOptions extends ServerOptions {
  readonly workload: string;
}

const COLUMNS: readonly Column<WalArchiveView>[] = [
  { title: "workload", value: (row) => row.workload_name, shrink: true },
  { title: "state", value: (row) => row.state.toLowerCase() },
  {
    title: "rpo",
    value: (row) => (row.rpo_seconds === null ? null : formatDuration(row.rpo_seconds * 1000)),
    align: "right",
  },
  { title: "durable to", value: (row) => row.flushed_lsn },
  { title: "timeline", value: (row) => row.timeline?.toString() ?? null, align: "right" },
  { title: "lag", value: (row) => (row.lag_bytes === null ? null : formatBytes(row.lag_bytes)), align: "right" },
  { title: "slot", value: (row) => row.slot_status },
  {
    title: "kept on server",
    value: (row) => (row.slot_retained_bytes === null ? null : formatBytes(row.slot_retained_bytes)),
    align: "right",
  },
  { title: "holes", value: (row) => row.gaps.length.toString(), align: "right" },
];

export const register: Register = (program, io) => {
  const wal = group(program, "wal", "write-ahead logs of databases", "baas wal status");
  serverCommand(
    wal,
    "status",
    "Show for each database how far its write-ahead log is durable, how old that is, and where it has holes.",
    "baas wal status",
  ).action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    show(io, options, unwrap(await api.GET("/v1/wal")), ({ items }) => statusText(io, items));
  });
  serverCommand(
    wal,
    "push",
    "Keep a file of the write-ahead log, as archive_command: ends with 0 only when it is sealed and durable.",
    "archive_command = 'baas wal push %p --workload orders'",
  )
    .argument("<path>", "the file, as PostgreSQL says it with %p")
    .requiredOption("--workload <name>", "workload the log is of, by name or id")
    .action(async (path: string, options: WalOptions) => push(io, path, options));
  serverCommand(
    wal,
    "fetch",
    "Bring a file of the write-ahead log back, as restore_command.",
    "restore_command = 'baas wal fetch %f %p --workload orders'",
  )
    .argument("<name>", "the file's name, as PostgreSQL says it with %f")
    .argument("<path>", "where it goes, as PostgreSQL says it with %p")
    .requiredOption("--workload <name>", "workload the log is of, by name or id")
    .action(async (name: string, path: string, options: WalOptions) => fetchFile(io, name, path, options));
};

/** Says why on one line, as a server's log has it. */
const FETCH_FAILED = 255;

async function push(io: CliIo, path: string, options: WalOptions): Promise<void> {
  const name = basename(path);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw cliError("CLI_FILE_UNREADABLE", `${path} cannot be read: ${(cause as Error).message}`, { path }, cause);
  });
  const { outcome, end_lsn } = await putWal(io, await connectServer(io, options), options.workload, name, bytes);
  show(io, options, { name, outcome, end_lsn }, () => `${name}: ${outcome}`);
}

/**
 * What PostgreSQL makes of the exit code: 1 to 125, the file is not there, and recovery ends; more, recovery is broken
 * off. So a server that does not answer must never look like the end of the log.
 */
async function fetchFile(io: CliIo, name: string, path: string, options: WalOptions): Promise<void> {
  try {
    const bytes = await getWal(io, await connectServer(io, options), options.workload, name);
    if (bytes === null) {
      io.stderr.write(`baas wal fetch: ${name} is not held\n`);
      io.exit_code = 1;
      return;
    }
    const file = await open(`${path}.holdfast`, "w", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.holdfast`, path);
  } catch (error) {
    const { message, guidance } = asHoldfastError(error);
    io.stderr.write(`baas wal fetch: ${message}. ${guidance}\n`);
    io.exit_code = FETCH_FAILED;
  }
}

function statusText(io: CliIo, archives: readonly WalArchiveView[]): string {
  if (archives.length === 0) return "no workload has a write-ahead log that is streamed";
  const lines = [renderTable(archives, COLUMNS, widthOf(io))];
  for (const { workload_name, message, heartbeat_error, gaps } of archives) {
    if (message !== null) lines.push("", `${workload_name}: ${message}`);
    if (heartbeat_error !== null) lines.push("", `${workload_name}: no heartbeat: ${heartbeat_error}`);
    for (const gap of gaps) {
      const since = gap.from_time === null ? "" : `, after ${formatTime(gap.from_time)}`;
      lines.push(
        "",
        `${workload_name}: hole from ${gap.from_lsn} to ${gap.to_lsn} on timeline ${gap.timeline}${since}`,
        `  ${gap.reason}`,
      );
    }
  }
  return lines.join("\n");
}
