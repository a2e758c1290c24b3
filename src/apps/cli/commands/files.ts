import { createWriteStream } from "node:fs";
import { link, rename, rm } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Command, InvalidArgumentError } from "commander";
import type { FileDetail, FileEntry, FileSearch } from "../../../protocol/index.ts";
import { cliError, EXIT } from "../errors.ts";
import { formatBytes, formatCount, formatTime, printable } from "../format.ts";
import type { CliIo } from "../io.ts";
import { note, showList } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, LIST_MAX, required, serverCommand } from "../server/command.ts";
import { type BackupPlace, getEntry, listFolder, placeQuery, readContent } from "../server/files.ts";
import type { Column } from "../table.ts";
import { countOption } from "./repo/options.ts";

interface FilesOptions extends ServerOptions {
  readonly backupId?: string;
  readonly path?: string;
  readonly fromRegion?: string;
}

const EXAMPLE_ID = "bkp_01m82fn4m7b1bcgh598b1rgqfe";

export const register: Register = (program, io) => {
  const files = group(program, "files", "files out of backups", `baas files ls --backup-id ${EXAMPLE_ID} --path /home`);
  ofBackup(files, "ls", "List a folder of a backup.", "--path /home/ada").action(
    async (path: string | undefined, options: FilesOptions) => list(io, path, options),
  );
  ofBackup(files, "find", "Find names below a folder of a backup; `*` and `?` as in a shell.", "--name '*.pdf'")
    .option("--name <pattern>", "the name; case does not count", "*")
    .option("--limit <n>", "how many at most", countOption(LIST_MAX), 1000)
    .action(async (path: string | undefined, options: FilesOptions & { name: string; limit: number }) => {
      const { api } = await connectServer(io, options);
      const { place, where } = askedFor(path, options);
      const query = { path: where, name: options.name, limit: options.limit, ...placeQuery(place) };
      const params = { path: { id: place.backup_id }, query };
      const found = unwrap(await api.GET("/v1/backups/{id}/files/find", { params }));
      showList(io, options, found.items, FOUND, "nothing has such a name");
      sayIncomplete(io, options, found);
    });
  ofBackup(files, "cat", "Write a file of a backup to standard output.", "--path /etc/fstab")
    .option("--range <start-end>", "only these bytes, e.g. 0-1023 or 4096-", rangeOption)
    .action(async (path: string | undefined, options: FilesOptions & { range?: Range }) => {
      const connection = await connectServer(io, options);
      const { place, where } = askedFor(path, options);
      const wanted = { path: where, ...(options.range === undefined ? {} : { range: options.range }) };
      for await (const bytes of readContent(io, connection, place, wanted)) await write(io, bytes);
    });
  ofBackup(files, "get", "Download a file, or a folder as a tar archive (pax).", "--path /home/ada --output ada.tar")
    .option("--output <file>", "where to; by default its name in this folder, `-` is standard output")
    .option("--replace", "let a file that is there become the backup's")
    .action(async (path: string | undefined, options: FilesOptions & { output?: string; replace?: boolean }) =>
      download(io, path, options),
    );
  serverCommand(
    files,
    "search",
    "Search a name in all backups of a workload, newest first: any name that holds the text, or matches `*` and `?`.",
    "baas files search budget --workload fileserver",
  )
    .argument("<name>", "part of the name; case does not count")
    .requiredOption("--workload <name>", "id or name of the workload")
    .option("--project <name>", "project of the workload")
    .option("--limit <n>", "how many at most", countOption(LIST_MAX), 1000)
    .action(async (name: string, options: ServerOptions & { workload: string; project?: string; limit: number }) => {
      const { api } = await connectServer(io, options);
      const { workload, project, limit } = options;
      const query = { name, workload, limit, ...(project === undefined ? {} : { project }) };
      const found = unwrap(await api.GET("/v1/files/search", { params: { query } }));
      showList(io, options, found.items, SEARCHED, "no backup has such a name");
      sayIncomplete(io, options, found);
    });
};

function ofBackup(files: Command, name: string, description: string, example: string): Command {
  return serverCommand(files, name, description, `baas files ${name} --backup-id ${EXAMPLE_ID} ${example}`)
    .argument("[path]", "path in the backup, from its top")
    .option("--backup-id <id>", "id of the backup")
    .option("--path <path>", "the path as an option")
    .option("--from-region <name>", "read the copy in this region");
}

function askedFor(path: string | undefined, options: FilesOptions): { place: BackupPlace; where: string } {
  const region = options.fromRegion;
  const place = { backup_id: required(options.backupId, "--backup-id"), ...(region === undefined ? {} : { region }) };
  return { place, where: path ?? options.path ?? "/" };
}

const LETTERS: Readonly<Record<FileEntry["type"], string>> = {
  file: "-",
  directory: "d",
  symlink: "l",
  block_device: "b",
  character_device: "c",
  fifo: "p",
  socket: "s",
};
const shown = (text: string, { target }: FileEntry) => printable(target === null ? text : `${text} -> ${target}`);
const COMMON: readonly Column<FileEntry>[] = [
  { title: "mode", value: (row) => `${LETTERS[row.type]}${row.mode}` },
  { title: "owner", value: (row) => `${row.uid}:${row.gid}` },
  { title: "size", value: (row) => (row.type === "file" ? formatBytes(row.size_bytes) : "-"), align: "right" },
  { title: "modified", value: (row) => formatTime(row.modified_at) },
];
const LISTED: readonly Column<FileDetail>[] = [...COMMON, { title: "name", value: (row) => shown(row.name, row) }];
const FOUND: readonly Column<FileSearch["items"][number]>[] = [
  ...COMMON,
  { title: "path", value: (row) => shown(row.path, row) },
];
const SEARCHED: readonly Column<FileSearch["items"][number]>[] = [
  { title: "backup", value: (row) => row.backup_id },
  { title: "made", value: (row) => formatTime(row.created_at) },
  ...COMMON.slice(2),
  { title: "path", value: (row) => shown(row.path, row) },
];

async function list(io: CliIo, path: string | undefined, options: FilesOptions): Promise<void> {
  const connection = await connectServer(io, options);
  const { place, where } = askedFor(path, options);
  const rows: FileDetail[] = [];
  const entry = await getEntry(connection, place, where);
  if (entry.type === "directory") {
    for await (const page of listFolder(connection, place, where)) {
      rows.push(...page);
      if (rows.length >= LIST_MAX) break;
    }
  } else rows.push(entry);
  showList(io, options, rows, LISTED, "the folder is empty");
  if (rows.length >= LIST_MAX) note(io, options, `the first ${formatCount(rows.length)}; use find to narrow it down`);
}

function sayIncomplete(io: CliIo, options: ServerOptions, found: FileSearch): void {
  if (found.complete) return;
  note(io, options, `not everything was looked at, or shown: ${formatCount(found.searched_backups)} backups whole`);
  io.exit_code = EXIT.partial;
}

interface Range {
  readonly start: number;
  readonly end?: number;
}

function rangeOption(text: string): Range {
  const match = /^(\d{1,15})-(\d{0,15})$/.exec(text);
  if (match === null) throw new InvalidArgumentError("write it as 0-1023 or 4096-");
  return { start: Number(match[1]), ...(match[2] === "" ? {} : { end: Number(match[2]) + 1 }) };
}

async function write(io: CliIo, bytes: Buffer): Promise<void> {
  if (!io.stdout.write(bytes)) await new Promise((go) => io.stdout.once("drain", go));
}

async function download(
  io: CliIo,
  path: string | undefined,
  options: FilesOptions & { readonly output?: string; readonly replace?: boolean },
): Promise<void> {
  const connection = await connectServer(io, options);
  const { place, where } = askedFor(path, options);
  const entry = await getEntry(connection, place, where);
  const tar = entry.type !== "file";
  const bytes = readContent(io, connection, place, { path: where, format: tar ? "tar" : "raw" });
  if (options.output === "-") {
    for await (const piece of bytes) await write(io, piece);
    return;
  }
  const own_name = basename(entry.name) || "";
  const name = own_name === "" || own_name === "/" || own_name === ".." ? place.backup_id : own_name;
  const target = resolve(io.cwd, options.output ?? (tar ? `${name}.tar` : name));
  // Under another name until it is whole: a download that broke off looks like none.
  const partial = `${target}.part-${io.random.bytes(4).toString("hex")}`;
  try {
    const out = createWriteStream(partial, { flags: "wx", mode: 0o600 });
    await pipeline(bytes, out, { signal: io.signal });
    await (options.replace ? rename(partial, target) : publish(partial, target));
    note(io, options, `${target}: ${formatBytes(out.bytesWritten)}`);
    if (options.json) io.stdout.write(`${JSON.stringify({ path: target, bytes: out.bytesWritten })}\n`);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Under its name, unless there is something of that name. */
async function publish(partial: string, target: string): Promise<void> {
  try {
    await link(partial, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw cliError("CLI_FILE_EXISTS", `${target} is there already`, { path: target });
  }
}
