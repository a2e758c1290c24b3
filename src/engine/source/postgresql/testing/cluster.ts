/** A private PostgreSQL on a unix socket in a temporary folder, for tests. */
import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import type { PgTarget } from "../connect.ts";

const run = promisify(execFile);
export const PG_BIN = "/usr/lib/postgresql/15/bin";
/** Why tests that need Debian's server are skipped; false when they are not. */
export const needsPostgres: string | false = existsSync(join(PG_BIN, "postgres"))
  ? false
  : "needs the Debian package postgresql-15";

/** Runs a program of PostgreSQL as the user it insists on. */
export async function asPostgres(program: string, args: readonly string[], bin = PG_BIN): Promise<string> {
  const path = program.includes("/") ? program : join(bin, program);
  const root = process.getuid?.() === 0;
  const [command, all] = root ? ["runuser", ["-u", "postgres", "--", path, ...args]] : [path, [...args]];
  const { stdout } = await run(command, all, { cwd: "/", maxBuffer: 2 ** 26 });
  return stdout;
}

export class Cluster implements AsyncDisposable {
  readonly folder: string;
  readonly data: string;
  readonly port = 5432;

  /** Its programs. */
  readonly bin: string;

  private constructor(folder: string, bin = PG_BIN) {
    this.bin = bin;
    this.folder = folder;
    this.data = join(folder, "data");
  }

  /** @param settings lines for postgresql.conf */
  static async start(
    settings: readonly string[] = [],
    initdb: readonly string[] = ["--data-checksums"],
    bin = PG_BIN,
  ): Promise<Cluster> {
    const cluster = Cluster.folderFor(bin);
    await asPostgres(
      "initdb",
      ["-D", cluster.data, "-U", "postgres", "-A", "trust", "-N", "--no-instructions", ...initdb],
      bin,
    );
    appendFileSync(
      join(cluster.data, "postgresql.conf"),
      ["listen_addresses = ''", `unix_socket_directories = '${cluster.folder}'`, "fsync = off", ...settings, ""].join(
        "\n",
      ),
    );
    await cluster.up();
    return cluster;
  }

  /** A folder of its own for a server to be laid into, e.g. a restored one. */
  static folderFor(bin = PG_BIN): Cluster {
    const cluster = new Cluster(mkdtempSync(join(tmpdir(), "hf-pg-")), bin);
    chmodSync(cluster.folder, 0o755);
    own(cluster.folder);
    return cluster;
  }

  /** One that somebody else laid, with its socket in its data folder. */
  static at(data_dir: string): Cluster {
    const cluster = new Cluster(data_dir);
    return Object.assign(cluster, { data: data_dir });
  }

  async up(): Promise<void> {
    await asPostgres(
      "pg_ctl",
      ["-D", this.data, "-w", "-t", "30", "-s", "-l", join(this.folder, "log"), "start"],
      this.bin,
    );
  }

  async down(mode: "fast" | "immediate" = "fast"): Promise<void> {
    await asPostgres("pg_ctl", ["-D", this.data, "-m", mode, "-w", "-s", "stop"], this.bin);
  }

  target(more: Partial<PgTarget> = {}): PgTarget {
    return {
      host: this.folder,
      port: this.port,
      user: "postgres",
      database: "postgres",
      tls: { mode: "disable" },
      ...more,
    };
  }

  /** Rows of a query, as text. */
  async sql(text: string, database = "postgres"): Promise<Record<string, string>[]> {
    const client = new pg.Client({ host: this.folder, port: this.port, user: "postgres", database });
    await client.connect();
    try {
      return (await client.query<Record<string, string>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** A folder that the server's user may write into. */
  makeFolder(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path);
    own(path);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(join(this.data, "postmaster.pid"))) await this.down("immediate").catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Gives a path to the user that servers run as. */
export function own(path: string): void {
  if (process.getuid?.() !== 0) return;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  chownSync(path, id("-u"), id("-g"));
}
