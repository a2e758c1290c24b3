import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Command, Option } from "commander";
import { asHoldfastError, systemClock, systemRandom } from "../../base/index.ts";
import { keyError } from "../../engine/keys/index.ts";
import * as local from "../../engine/keystore/index.ts";
import { openVault } from "../../engine/keytoken/index.ts";
import { addAdminCommands } from "./admin.ts";
import { type RunningServer, serveKeys } from "./server.ts";

const SWEEP_MS = 60_000;
const LOCK_WAIT_MS = 10_000;
const ROOT_SECRET_VARIABLE = "HOLDFAST_KEYD_ROOT_SECRET";

interface ServeOptions {
  dir: string;
  auditDir?: string;
  socket?: string;
  listen?: string;
  tlsCert?: string;
  tlsKey?: string;
  tlsClientCa?: string;
  rootSecretFile?: string;
  rootSecretStdin?: boolean;
  init?: boolean;
  tokenDir?: string;
  resetToken?: string;
  vault?: string;
  stopWithStdin?: boolean;
}

const program = new Command("keyd")
  .description("Holdfast's local key manager: keeps the master keys of backups away from the backups.")
  .option("--dir <folder>", "key folder (mode 0700)")
  .option("--audit-dir <folder>", "audit log folder; by default DIR/audit")
  .option("--socket <path>", "serve on this unix socket (mode 0600)")
  .option("--listen <host:port>", "serve with TLS 1.3 and client certificates; needs the three --tls options")
  .option("--tls-cert <file>", "PEM certificate of this key manager")
  .option("--tls-key <file>", "PEM key of that certificate")
  .option("--tls-client-ca <file>", "PEM certificate that signs the clients' certificates")
  .option("--root-secret-file <file>", `root secret; else ${ROOT_SECRET_VARIABLE}, else DIR/${local.ROOT_SECRET_NAME}`)
  .option("--root-secret-stdin", "read the root secret from the first line of stdin")
  .option("--init", "set the folder up if it is not, and print the principals' tokens as JSON, once")
  .option("--token-dir <folder>", "with --init or --reset-token: write each token to FOLDER/NAME.token (0600) instead")
  .option("--vault <file>", "where new keys are made and stay: an HSM (PKCS#11) or a KMS; docs/security/key-manager.md")
  .option("--reset-token <principal>", "make a new token for this principal, at the machine itself, and end")
  .addOption(new Option("--stop-with-stdin", "end when stdin closes, that is, with the parent process").hideHelp())
  .addHelpText(
    "after",
    "\nExample:\n  keyd --dir /var/lib/holdfast-keys --socket /run/holdfast/keyd.sock --init --token-dir /root",
  )
  .action(async (options: ServeOptions) => {
    const stdin = options.rootSecretStdin || options.stopWithStdin ? readStdin() : undefined;
    try {
      await run(options, stdin);
    } finally {
      // Left open it would keep the process alive.
      stdin?.release();
    }
  });
addAdminCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  const { code, message, guidance } = asHoldfastError(error);
  process.stderr.write(`${code}: ${message}\n${guidance}\n`);
  process.exitCode = 1;
}

async function run(options: ServeOptions, stdin: Stdin | undefined): Promise<void> {
  const dir = options.dir;
  if (dir === undefined) throw keyError("KEY_REQUEST_INVALID", "--dir is missing: which folder holds the keys?");
  const root_secret_file = options.rootSecretFile ?? join(dir, local.ROOT_SECRET_NAME);
  const given = await givenRootSecret(options, stdin);
  const deliver = (tokens: readonly local.PrincipalToken[]) => deliverTokens(tokens, options.tokenDir);
  if (options.init) {
    const ports = { clock: systemClock, random: systemRandom };
    await local.setUpKeyFolder({ dir, root_secret: given, root_secret_file, deliver, ...ports });
  }
  const listens = options.socket !== undefined || options.listen !== undefined;
  if (!listens && options.resetToken === undefined) {
    if (options.init) return;
    throw keyError("KEY_REQUEST_INVALID", "give --socket PATH or --listen HOST:PORT to serve at");
  }

  const vault = options.vault === undefined ? undefined : await openVault(options.vault, systemRandom);
  const store = await local.LocalKeyStore.open({
    dir,
    vault,
    audit_dir: options.auditDir,
    root_secret: given ?? (await readRootSecret(root_secret_file)),
    clock: systemClock,
    random: systemRandom,
    lock_wait_ms: LOCK_WAIT_MS,
  });
  if (options.resetToken !== undefined) {
    const token = await store.access.rotateToken(local.OPERATOR_PRINCIPAL, options.resetToken);
    await store.close();
    return deliver([token]);
  }

  const stop = Promise.withResolvers<string>();
  process.once("SIGTERM", () => stop.resolve("SIGTERM"));
  process.once("SIGINT", () => stop.resolve("SIGINT"));
  if (options.stopWithStdin) void stdin?.closed.then(() => stop.resolve("end of the parent process"));
  const servers: RunningServer[] = [];
  try {
    if (options.socket !== undefined) servers.push(await serveKeys(store, { socket_path: options.socket }));
    if (options.listen !== undefined) servers.push(await serveKeys(store, await tlsAddress(options.listen, options)));
    process.stdout.write(`keyd ready: pid ${process.pid}, ${servers.map((server) => server.address).join(", ")}\n`);
    const sweeping = setInterval(() => sweep(store), SWEEP_MS);
    sweep(store);
    const reason = await stop.promise;
    clearInterval(sweeping);
    process.stdout.write(`keyd stopping: ${reason}\n`);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
    await store.close();
    vault?.close();
  }
}

function sweep(store: local.LocalKeyStore): void {
  store.sweep().then(
    (destroyed) => {
      if (destroyed.length > 0) process.stdout.write(`keyd destroyed: ${destroyed.join(", ")}\n`);
    },
    (error: unknown) => {
      const { code, message } = asHoldfastError(error);
      process.stderr.write(`keyd sweep failed, next try in ${SWEEP_MS / 1000} s: ${code}: ${message}\n`);
    },
  );
}

async function givenRootSecret(options: ServeOptions, stdin: Stdin | undefined): Promise<string | null> {
  if (options.rootSecretStdin) return (await stdin?.first_line) ?? "";
  if (options.rootSecretFile !== undefined) return null;
  const from_environment = process.env[ROOT_SECRET_VARIABLE];
  // Not for children and core dumps longer than needed.
  delete process.env[ROOT_SECRET_VARIABLE];
  return from_environment ?? null;
}

async function readRootSecret(path: string): Promise<string> {
  try {
    await local.requirePrivate(path);
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw keyError("KEY_ROOT_SECRET_WRONG", `root secret file ${path} does not exist`, { path }, error);
  }
}

async function deliverTokens(tokens: readonly local.PrincipalToken[], dir: string | undefined): Promise<void> {
  if (dir === undefined) {
    process.stdout.write(`${JSON.stringify({ principals: tokens })}\n`);
    return;
  }
  await local.ensurePrivateFolder(dir);
  for (const { principal, token } of tokens) {
    await local.replaceFile(dir, `${principal}.token`, `${token}\n`, systemRandom);
  }
}

async function tlsAddress(listen: string, options: ServeOptions) {
  const match = /^(.+):(\d{1,5})$/.exec(listen);
  const { tlsCert, tlsKey, tlsClientCa } = options;
  if (match === null) throw keyError("KEY_REQUEST_INVALID", `--listen ${listen} is not HOST:PORT`);
  if (tlsCert === undefined || tlsKey === undefined || tlsClientCa === undefined) {
    throw keyError("KEY_REQUEST_INVALID", "--listen needs --tls-cert, --tls-key and --tls-client-ca");
  }
  const [cert, key, ca] = await Promise.all([tlsCert, tlsKey, tlsClientCa].map((path) => readFile(path, "utf8")));
  return { host: match[1] as string, port: Number(match[2]), cert: cert ?? "", key: key ?? "", ca: ca ?? "" };
}

interface Stdin {
  readonly first_line: Promise<string>;
  readonly closed: Promise<void>;
  release(): void;
}

function readStdin(): Stdin {
  const lines = createInterface({ input: process.stdin });
  const first = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<void>();
  lines.once("line", first.resolve);
  lines.once("close", () => {
    first.resolve("");
    closed.resolve();
  });
  return {
    first_line: first.promise,
    closed: closed.promise,
    release: () => {
      lines.close();
      process.stdin.destroy();
    },
  };
}
