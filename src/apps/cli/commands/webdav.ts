import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { cliError } from "../errors.ts";
import type { CliIo } from "../io.ts";
import { parseListen } from "../listen.ts";
import { note } from "../output.ts";
import type { Register } from "../register.ts";
import { serverCommand } from "../server/command.ts";
import { openShown, type ShownOptions } from "../server/shown-tree.ts";

interface Options extends ShownOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly passwordFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

const DESCRIPTION = `Show a backup, or all backups of a workload, over WebDAV: for machines without FUSE.

With --workload each backup is a folder named by its time. Any user name goes with the password, which is made up and
printed unless --password-file names one. Stays in the foreground; Ctrl-C ends it.`;

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

export const register: Register = (program, io) => {
  serverCommand(program, "webdav", DESCRIPTION, "baas webdav --workload fileserver")
    .option("--backup-id <id>", "this backup")
    .option("--workload <name>", "all backups of this workload, by time")
    .option("--project <name>", "project of the workload")
    .option("--from-region <name>", "read the copies in this region")
    .option("--listen <host:port>", "address; port 0 takes any free one", parseListen, { host: "127.0.0.1", port: 0 })
    .option("--password-file <file>", "the password that clients give")
    .option("--tls-cert <file>", "certificate (PEM), needed for addresses beyond this machine")
    .option("--tls-key <file>", "its key (PEM)")
    .action(async (options: Options) => serve(io, options));
};

async function serve(io: CliIo, options: Options): Promise<void> {
  const { host, port } = options.listen;
  const { tlsCert, tlsKey, passwordFile } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw cliError("CLI_USAGE", "--tls-cert and --tls-key belong together");
  if (tlsCert === undefined && !LOOPBACK.includes(host))
    throw cliError("CLI_USAGE", `${host} is beyond this machine: give --tls-cert and --tls-key, passwords go over it`);
  const given = passwordFile === undefined ? undefined : (await read(io, passwordFile)).split("\n")[0];
  if (given === "") throw cliError("CLI_USAGE", `${passwordFile} begins with an empty line, and no password`);
  const password = given ?? io.random.bytes(15).toString("base64url");
  const { tree } = await openShown(io, options);
  const { serveWebDav } = await import("../../../engine/mount/index.ts");
  const server = await serveWebDav(tree, {
    host,
    port,
    password,
    ...(tlsCert === undefined || tlsKey === undefined
      ? {}
      : { tls: { cert: await read(io, tlsCert), key: await read(io, tlsKey) } }),
    onError: (where, error) => note(io, options, `${where}: ${error instanceof Error ? error.message : String(error)}`),
  });
  const shown = host.includes(":") ? `[${host}]` : host;
  const url = `${tlsCert === undefined ? "http" : "https"}://${shown}:${server.port}/`;
  if (options.json) io.stdout.write(`${JSON.stringify({ url, ...(given === undefined ? { password } : {}) })}\n`);
  note(io, options, `${url}, read-only${given === undefined ? `, password ${password}` : ""}; Ctrl-C ends it`);
  try {
    await new Promise<void>((done) => {
      if (io.signal.aborted) return done();
      io.signal.addEventListener("abort", () => done(), { once: true });
    });
  } finally {
    await server.close();
    await tree.close?.();
  }
}

function read(io: CliIo, path: string): Promise<string> {
  return readFile(resolve(io.cwd, path), "utf8").catch((error: unknown) => {
    throw cliError("CLI_FILE_UNREADABLE", `cannot read ${path}: ${(error as Error).message}`, { path }, error);
  });
}
