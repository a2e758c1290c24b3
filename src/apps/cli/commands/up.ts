import { readFile } from "node:fs/promises";
import { type Config, loadConfig } from "../../../platform/config/index.ts";
import { adminTokenPath } from "../../../protocol/index.ts";
import { createApi, listen } from "../../api/index.ts";
import { type RunningServer, startServer } from "../../server/index.ts";
import { parseListen } from "../listen.ts";
import { cliError } from "../errors.ts";
import type { CliIo, CommonOptions } from "../io.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { renderDetails } from "../table.ts";
import { PRODUCT_VERSION } from "../version.ts";

interface UpOptions extends CommonOptions {
  readonly data?: string;
  readonly keys?: string;
  readonly listen?: { readonly host: string; readonly port: number };
  readonly logLevel?: string;
}

/** What `baas up --json` prints when the server is ready. */
interface Ready {
  readonly version: string;
  readonly url: string | null;
  readonly agents_url: string | null;
  readonly socket_path: string;
  readonly data_dir: string;
  readonly keys_dir: string;
  readonly admin_token_path: string;
  /** Only at the first start. */
  readonly admin_token: string | null;
  /** File to be printed, at the first start only. */
  readonly recovery_kit: string | null;
}

const DESCRIPTION = `Start the server in the foreground, and stop it with Ctrl-C.

The first start makes what is missing: database, keys, two regions, the policy templates and the admin token, which is
printed once. Settings come from these options, BAAS_* variables and holdfast.yaml in the data folder, in this order.`;

export const register: Register = (program, io) => {
  program
    .command("up")
    .summary("start the server")
    .description(DESCRIPTION)
    .option("--data <dir>", "data folder (BAAS_DATA_DIR)")
    .option("--keys <dir>", "folder of the key manager; by default beside the data folder (BAAS_KEYS_DIR)")
    .option("--listen <host:port>", "address of the API; port 0 takes any free one", parseListen)
    .option("--log-level <level>", "trace, debug, info, warn, error; on a terminal by default warn")
    .option("--json", "print where the server is as JSON")
    .addHelpText("after", "\nExample:\n  $ baas up --data /srv/holdfast\n")
    .action((options: UpOptions) => up(io, options));
};

async function up(io: CliIo, options: UpOptions): Promise<void> {
  const config = configOf(io, options);
  const keys_dir = options.keys ?? io.env["BAAS_KEYS_DIR"];
  const failpoint = io.env["BAAS_FAILPOINT"];
  const server = await startServer({
    config,
    ...(keys_dir === undefined ? {} : { keys_dir }),
    ...(failpoint === undefined ? {} : { failpoint }),
    mountApi: async (parts) => {
      const { host, port, tls_cert, tls_key } = parts.config.listen;
      const tls = await readTls(tls_cert, tls_key);
      const { public_url } = config.listen;
      const app = await createApi({
        ...parts,
        public_url,
        version: PRODUCT_VERSION,
        ...(tls === undefined ? {} : { tls }),
      });
      return listen(app, { host, port, socket_path: parts.layout.api_socket });
    },
  });
  try {
    show(io, options, readyOf(server), readyText);
    await aborted(AbortSignal.any([io.signal, server.lost]));
    server.lost.throwIfAborted();
  } finally {
    await server.close();
  }
}

/** Certificate and key of the address. @throws CLI_USAGE, CLI_FILE_UNREADABLE */
async function readTls(cert?: string, key?: string): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw cliError("CLI_USAGE", "listen.tls_cert and listen.tls_key belong together");
  }
  const read = (path: string) =>
    readFile(path).catch((error: unknown) => {
      throw cliError("CLI_FILE_UNREADABLE", `cannot read ${path}: ${(error as Error).message}`, { path }, error);
    });
  return { cert: await read(cert), key: await read(key) };
}

function configOf(io: CliIo, options: UpOptions): Config {
  const config = loadConfig({
    flags: {
      data_dir: options.data,
      "listen.host": options.listen?.host,
      "listen.port": options.listen?.port,
      "log.level": options.logLevel,
    },
    env: io.env,
  });
  // People look at a terminal: there the log is text, and only what needs them, unless they asked for more.
  if (!io.stderr.isTTY || config.log.file !== undefined) return config;
  const level = options.logLevel === undefined && io.env["BAAS_LOG_LEVEL"] === undefined ? "warn" : config.log.level;
  return { ...config, log: { ...config.log, format: "pretty", level } };
}

function readyOf({ url, agents_url, admin_token, recovery_kit, parts: { layout } }: RunningServer): Ready {
  return {
    version: PRODUCT_VERSION,
    url,
    agents_url,
    socket_path: layout.api_socket,
    data_dir: layout.data_dir,
    keys_dir: layout.keys_dir,
    admin_token_path: adminTokenPath(layout.data_dir),
    admin_token: admin_token ?? null,
    recovery_kit: recovery_kit ?? null,
  };
}

function readyText(ready: Ready): string {
  const lines = [
    `Holdfast ${ready.version} is up. Stop it with Ctrl-C.`,
    "",
    renderDetails([
      ["console", ready.url ?? ""],
      ["API", `${ready.url}  (contract: ${ready.url}/openapi.json)`],
      ...(ready.agents_url === null ? [] : [["agents", ready.agents_url] as const]),
      ["socket", ready.socket_path],
      ["data", ready.data_dir],
      ["keys", ready.keys_dir],
    ]),
  ];
  if (ready.admin_token !== null) {
    lines.push(
      "",
      "Admin token, shown once; signs in to the console (the command line of this user finds it by itself):",
      `  ${ready.admin_token}`,
    );
  }
  if (ready.recovery_kit !== null) {
    lines.push("", "Recovery kit: print it, and keep it where neither this machine nor the backups are:");
    lines.push(`  ${ready.recovery_kit}`);
  }
  return lines.join("\n");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
