import { execFile, spawn } from "node:child_process";
import { access, chmod, chown, mkdir, open, readFile, stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../../../base/index.ts";
import { socketFolder } from "../../posix/index.ts";
import { MariaConnection, type MariaTarget } from "./connect.ts";
import { mariaError } from "./errors.ts";

const run = promisify(execFile);
const PLACES = ["/usr/sbin", "/usr/bin", "/usr/local/mysql/bin", "/usr/local/bin", "/usr/libexec"];
const RUN_MS = 120_000;
const START_MS = 600_000;

/** The server's programs as they are installed where a backup is restored. */
export interface MariaHost {
  readonly server: string;
  readonly install: string;
  readonly binlog: string;
  readonly client: string;
  readonly dump: string;
  /** `null`: files that were copied cannot be made usable here. */
  readonly backup: string | null;
  readonly version: string;
  /** Ids of the account that servers run as; null: those of this process. */
  readonly account: { readonly name: string; readonly uid: number; readonly gid: number } | null;
}

/** @throws MARIA_HOST naming what is missing */
export async function findMariaHost(bin_dir?: string, account = "mysql"): Promise<MariaHost> {
  const find = async (...names: readonly string[]) => {
    for (const place of bin_dir === undefined ? PLACES : [bin_dir])
      for (const name of names) {
        const path = join(place, name);
        if (
          await access(path).then(
            () => true,
            () => false,
          )
        )
          return path;
      }
    throw mariaError("MARIA_HOST", `there is no ${names[0] ?? ""} on this host`, {
      places: bin_dir ?? PLACES.join(":"),
    });
  };
  const server = await find("mariadbd", "mysqld");
  const { stdout } = await run(server, ["--no-defaults", "--version"], { timeout: RUN_MS });
  return {
    server,
    install: await find("mariadb-install-db", "mysql_install_db"),
    binlog: await find("mariadb-binlog", "mysqlbinlog"),
    client: await find("mariadb", "mysql"),
    dump: await find("mariadb-dump", "mysqldump"),
    backup: await find("mariadb-backup", "mariabackup").catch(() => null),
    version: /Ver (\S+)/.exec(stdout)?.[1] ?? "unknown",
    account: process.getuid?.() === 0 ? await idsOf(account) : null,
  };
}

async function idsOf(name: string) {
  try {
    const id = async (flag: string) => Number((await run("id", [flag, name], { timeout: RUN_MS })).stdout);
    return { name, uid: await id("-u"), gid: await id("-g") };
  } catch (cause) {
    throw mariaError("MARIA_HOST", `this host has no account ${name} for the server to run as`, { name }, cause);
  }
}

/** For loading: nothing that is lost with the machine is worth waiting for, the load would begin anew. */
const LOADING = [
  "innodb_flush_log_at_trx_commit=0",
  "innodb_doublewrite=0",
  "innodb_log_file_size=1G",
  "sync_binlog=0",
  // Tables are filled in bulk: their indexes are sorted in runs of this size.
  "innodb_sort_buffer_size=64M",
  // An eighth of this host's memory, for others run here, too.
  `innodb_buffer_pool_size=${Math.min(4096, Math.max(128, Math.floor(totalmem() / 8 / 1024 ** 2)))}M`,
];

/** A server of our own in a folder: made, started, stopped. It listens on a unix socket only. */
export class MariaInstance {
  readonly folder: string;
  readonly host: MariaHost;
  readonly clock: Clock;
  /** Who asks it. */
  readonly user: string;

  constructor(folder: string, host: MariaHost, clock: Clock, user = "root") {
    this.user = user;
    this.folder = folder;
    this.host = host;
    this.clock = clock;
  }

  get data(): string {
    return join(this.folder, "data");
  }
  get socket(): string {
    return join(socketFolder(this.folder), "server.sock");
  }
  /** Over the socket, without a password: whoever may pass the folder. */
  get target(): MariaTarget {
    return { host: this.socket, port: 0, user: this.user, tls: { mode: "disable" } };
  }

  /** Gives all that lies in the folder to the account that the server runs as. */
  async own(): Promise<void> {
    const { account } = this.host;
    if (account === null) return;
    await passable(this.folder);
    await run("chown", ["-R", `${account.uid}:${account.gid}`, this.folder], { timeout: RUN_MS });
  }

  async make(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const { account } = this.host;
    if (account !== null) {
      await chown(this.folder, account.uid, account.gid);
      await passable(this.folder);
    }
    const args = [
      "--no-defaults",
      `--datadir=${this.data}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
    ];
    if (account !== null) args.push(`--user=${account.name}`);
    try {
      await run(this.host.install, args, { timeout: RUN_MS, cwd: "/", maxBuffer: 2 ** 24 });
    } catch (cause) {
      throw mariaError("MARIA_HOST", `a data folder could not be made: ${(cause as Error).message}`, {}, cause);
    }
  }

  /** The process id of the server that runs here, or null. */
  async pid(): Promise<number | null> {
    const text = await readFile(join(this.folder, "server.pid"), "utf8").catch(() => "");
    const pid = Number.parseInt(text, 10);
    if (!Number.isSafeInteger(pid)) return null;
    const name = await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "");
    return name.includes(this.data) ? pid : null;
  }

  /** @throws MARIA_HOST with the end of its own log */
  async start(mode: "loading" | "normal", settings: readonly string[] = []): Promise<void> {
    if ((await this.pid()) !== null) return;
    const log = join(this.folder, "server.log");
    const args = [
      "--no-defaults",
      `--datadir=${this.data}`,
      `--socket=${this.socket}`,
      `--pid-file=${join(this.folder, "server.pid")}`,
      `--log-error=${log}`,
      "--skip-networking",
      "--local-infile=1",
      "--max-allowed-packet=1G",
      "--character-set-server=utf8mb4",
      ...(mode === "loading" ? LOADING.map((each) => `--${each}`) : []),
      ...(this.host.account === null ? [] : [`--user=${this.host.account.name}`]),
      ...settings.map((each) => `--${each}`),
    ];
    const out = await open(join(this.folder, "server.out"), "a");
    const child = spawn(this.host.server, args, { cwd: "/", detached: true, stdio: ["ignore", out.fd, out.fd] });
    await out.close();
    let gone: string | undefined;
    child.on("exit", (code, signal) => {
      gone = `it ended with ${String(code ?? signal)}`;
    });
    child.on("error", (error) => {
      gone = error.message;
    });
    child.unref();
    const until_ms = this.clock.monotonic_ms() + START_MS;
    for (;;) {
      try {
        (await MariaConnection.open(this.target)).close();
        return;
      } catch (error) {
        if (gone === undefined && this.clock.monotonic_ms() < until_ms) {
          await this.clock.sleep(50);
          continue;
        }
        const text = await readFile(log, "utf8").catch(() => "");
        const last = text.trimEnd().split("\n").slice(-3).join(" | ");
        throw mariaError(
          "MARIA_HOST",
          `the server in ${this.folder} does not come up: ${gone ?? "no answer"}; ${last}`,
          {},
          error,
        );
      }
    }
  }

  async stop(): Promise<void> {
    const pid = await this.pid();
    if (pid === null) return;
    process.kill(pid, "SIGTERM");
    const until_ms = this.clock.monotonic_ms() + START_MS;
    while ((await this.pid()) !== null) {
      if (this.clock.monotonic_ms() > until_ms) throw mariaError("MARIA_HOST", `server ${pid} does not stop`);
      await this.clock.sleep(50);
    }
  }
}

/** Lets the server's account pass through the folders above its own, which are ours. */
async function passable(folder: string): Promise<void> {
  for (let above = dirname(folder), i = 0; i < 3 && above !== "/"; above = dirname(above), i++) {
    const { mode, uid } = await stat(above);
    if (uid === process.getuid?.() && (mode & 0o011) !== 0o011) await chmod(above, (mode & 0o7777) | 0o011);
  }
}
