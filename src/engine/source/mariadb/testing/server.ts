/** A private MariaDB on a unix socket in a temporary folder, for tests. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemClock } from "../../../../base/index.ts";
import { MariaConnection } from "../connect.ts";
import { findMariaHost, MariaInstance } from "../host.ts";

/** Why tests that need Debian's server are skipped; false when they are not. */
export const needsMaria: string | false = existsSync("/usr/sbin/mariadbd")
  ? false
  : "needs the Debian package mariadb-server";

export const BINLOG = ["log-bin=mysql-bin", "server-id=7", "binlog-format=ROW", "sync-binlog=0"];

/** An installed data folder that further servers are copied from. */
let made: string | undefined;
const SMALL = ["innodb-flush-log-at-trx-commit=0", "innodb-log-file-size=32M", "innodb-buffer-pool-size=64M"];

export class TestServer implements AsyncDisposable {
  readonly instance: MariaInstance;
  readonly base: string;

  readonly #settings: readonly string[];

  private constructor(base: string, instance: MariaInstance, settings: readonly string[]) {
    this.base = base;
    this.#settings = settings;
    this.instance = instance;
  }

  static async start(settings: readonly string[] = BINLOG): Promise<TestServer> {
    const base = mkdtempSync(join(tmpdir(), "hf-maria-"));
    const instance = new MariaInstance(join(base, "server"), await findMariaHost(), systemClock);
    const server = new TestServer(base, instance, settings);
    try {
      if (made === undefined) await instance.make();
      else execFileSync("cp", ["-a", "--sparse=always", made, instance.folder]);
      if (made === undefined) {
        made = join(mkdtempSync(join(tmpdir(), "hf-maria-")), "made");
        const folder = dirname(made);
        process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
        chmodSync(folder, 0o755);
        execFileSync("cp", ["-a", "--sparse=always", instance.folder, made]);
      }
      chmodSync(base, 0o755);
      await server.up();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  async up(): Promise<void> {
    await this.instance.start("normal", [...SMALL, ...this.#settings]);
  }

  get target() {
    return this.instance.target;
  }

  /** Rows of the last statement, as text. */
  async sql(...statements: readonly string[]): Promise<Record<string, string | null>[]> {
    const connection = await MariaConnection.open(this.target);
    try {
      let rows: Record<string, string | null>[] = [];
      for (const each of statements) rows = await connection.query(each);
      return rows;
    } finally {
      connection.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pid = await this.instance.pid();
    if (pid !== null) process.kill(pid, "SIGKILL");
    while ((await this.instance.pid()) !== null) await systemClock.sleep(20);
    rmSync(this.base, { recursive: true, force: true, maxRetries: 3 });
  }
}
