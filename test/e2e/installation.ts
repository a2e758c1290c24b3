/** A whole installation in a temporary folder: a real server process, driven by the command line's own code. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cli } from "../../src/apps/cli/testing.ts";
import { systemClock as clock, systemRandom as random } from "../../src/base/index.ts";
import { checkRepository, type CheckReport } from "../../src/engine/check/index.ts";
import { connectKeyManager } from "../../src/engine/keyservice/index.ts";
import { openRepository, type Repository } from "../../src/engine/repository/index.ts";
import { openStore } from "../../src/engine/store/index.ts";
import type { Job } from "../../src/model/index.ts";
import { type Database, openDatabase } from "../../src/platform/db/index.ts";
import { silentLogger } from "../../src/platform/log/index.ts";
import type { BackupDetail, BackupView } from "../../src/protocol/index.ts";

const BAAS = fileURLToPath(new URL("../../src/apps/cli/main.ts", import.meta.url));
/** For one step of a server on a machine where much else runs. */
const PATIENCE_MS = 90_000;
const POLL_MS = 25;

export const HOME = "bd-dha-1";
export const PEER = "bd-ctg-1";

/**
 * What commands print with `--json`, as far as these suites look into it. A member that is not there fails its test.
 */
export interface Printed {
  readonly items: readonly Printed[];
  readonly id: string;
  readonly key_id: string;
  readonly name: string;
  readonly alias: string;
  readonly state: string;
  readonly status_reason: string | null;
  readonly verdict: string;
  readonly policy_name: string;
  readonly backup_id: string;
  readonly result: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
  readonly problem_count: number;
  readonly problems: readonly { readonly path: string; readonly code: string; readonly message: string }[];
  /** Of a problem (RFC 9457). */
  readonly code: string;
  readonly detail: string;
}

/** One damaged object, as `baas verify` names it. */
export interface Finding {
  readonly object: string;
  readonly code: string;
  readonly message: string;
  readonly backup_ids: readonly string[];
  readonly paths: readonly string[];
}

export interface Answer {
  /** The command's exit code. */
  readonly code: number;
  /** What it printed with `--json`; the problem when it failed. */
  readonly json: Printed;
  readonly text: string;
}

interface Cleanup {
  after(work: () => void | Promise<void>): void;
}

interface Server {
  readonly child: ChildProcess;
  readonly ended: Promise<number | string>;
  output(): string;
}

export class Installation {
  readonly dir: string;
  readonly data: string;
  readonly keys: string;
  #server: Server | undefined;

  constructor(t: Cleanup, name: string) {
    this.dir = mkdtempSync(join(tmpdir(), `holdfast-${name}-`));
    chmodSync(this.dir, 0o755); // PostgreSQL's own user passes through
    this.data = join(this.dir, "data");
    this.keys = join(this.dir, "data-keys");
    t.after(() => this.#remove());
  }

  path(...names: string[]): string {
    return join(this.dir, ...names);
  }

  /** Starts `baas up` and waits until it answers. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const args = [BAAS, "up", "--data", this.data, "--listen", "127.0.0.1:0", "--json"];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, BAAS_LOG_LEVEL: "warn", BAAS_SCHEDULE_TICK_SECONDS: "60", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (part: string) => out.push(part));
    child.stderr.setEncoding("utf8").on("data", (part: string) => err.push(part));
    const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
    const output = () => out.join("") + err.join("");
    this.#server = { child, ended, output };
    // Killed by its failpoint before it said that it is ready: a job of the last server was waiting for it.
    await this.until("the server is ready", async () => /"admin_token"/.test(out.join("")) || gone(child));
    if (gone(child)) assert.equal(child.signalCode, "SIGKILL", output());
  }

  /** Sends SIGKILL and waits for the end. */
  async kill(): Promise<void> {
    this.#server?.child.kill("SIGKILL");
    await this.died();
  }

  /** Waits until the server was killed, by itself or by us. */
  async died(): Promise<void> {
    const server = this.#running();
    await this.until("the server has died", async () => gone(server.child));
    assert.equal(await server.ended, "SIGKILL", server.output());
    this.#server = undefined;
  }

  /** Stops the server in good order: SIGTERM, exit code 0, nothing left running. */
  async stop(): Promise<void> {
    const server = this.#running();
    server.child.kill("SIGTERM");
    await this.until("the server has stopped", async () => gone(server.child));
    assert.equal(await server.ended, 0, server.output());
    this.#server = undefined;
    await this.until("nothing is left running", async () => this.processes().length === 0);
  }

  /** What the server has printed so far. */
  get output(): string {
    return this.#server?.output() ?? "";
  }

  /** Runs a command line, with `--json`. */
  async baas(...argv: readonly string[]): Promise<Answer> {
    const ran = await cli([...argv, "--json", "--data", this.data], { cwd: this.dir });
    const text = ran.stdout + ran.stderr;
    const printed = ran.stdout.trim() === "" ? ran.stderr : ran.stdout;
    return { code: ran.code, text, json: JSON.parse(printed === "" ? "{}" : printed) as Printed };
  }

  /** The same, for a command that must succeed. */
  async ok(...argv: readonly string[]): Promise<Printed> {
    const { code, json, text } = await this.baas(...argv);
    assert.equal(code, 0, `baas ${argv.join(" ")}: ${text}\n${this.output}`);
    return json;
  }

  async jobs(): Promise<Job[]> {
    return (await this.ok("job", "list", "--limit", "1000")).items as readonly unknown[] as Job[];
  }

  /** Waits until no job is open, and returns all of them, newest first. */
  async settled(): Promise<Job[]> {
    let jobs: Job[] = [];
    await this.until(
      "every job has ended",
      async () => {
        jobs = await this.jobs();
        return jobs.every((job) => job.finished_at !== null);
      },
      () => JSON.stringify(jobs.filter((job) => job.finished_at === null)),
    );
    return jobs;
  }

  async backups(): Promise<BackupView[]> {
    return (await this.ok("list")).items as readonly unknown[] as BackupView[];
  }

  async backup(id: string): Promise<BackupDetail> {
    return (await this.ok("backup", "show", "--backup-id", id)) as unknown as BackupDetail;
  }

  /** Folder of the only repository in a region. */
  repository(region: string): string {
    const projects = join(this.data, "regions", region, "projects");
    const [only, ...more] = readdirSync(projects);
    assert.ok(only !== undefined && more.length === 0, `${projects} holds ${1 + more.length} repositories`);
    return join(projects, only);
  }

  /** Keys of all objects of a region's repository below a prefix, e.g. `packs/`. */
  objects(region: string, prefix = ""): string[] {
    const root = this.repository(region);
    return readdirSync(join(root, prefix), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .filter((key) => !key.split("/").some((part) => part.startsWith(".")))
      .sort();
  }

  /** The engine's own check of a region's repository, by a key manager that answers at `socket_path`. */
  check(region: string, socket_path?: string): Promise<CheckReport> {
    return this.withRepository(
      region,
      (repository) => checkRepository({ repository, read_data: true, threads: 1 }),
      socket_path,
    );
  }

  /** A region's repository, opened beside the server. */
  async withRepository<T>(
    region: string,
    work: (repository: Repository) => Promise<T>,
    socket_path = join(this.data, "run", "keyd.sock"),
  ): Promise<T> {
    const token = readFileSync(join(this.data, "tokens", "server.token"), "utf8").trim();
    const keys = connectKeyManager({ socket_path, token });
    const store_config = { kind: "fs", path: this.repository(region) } as const;
    const store = await openStore(store_config, { clock, random });
    try {
      const repository = await openRepository({ store, store_config, keys, clock, random });
      try {
        return await work(repository);
      } finally {
        await repository.close();
      }
    } finally {
      await store.close();
      keys.close();
    }
  }

  /** The server's own PostgreSQL, while it runs. */
  async database(): Promise<Database> {
    const password = readFileSync(join(this.data, "db", "password"), "utf8").trim();
    const host = encodeURIComponent(join(this.data, "db", "socket"));
    return openDatabase({ url: `postgres://holdfast:${password}@/holdfast?host=${host}` }, { log: silentLogger });
  }

  /** Command lines of all processes that work in this installation's folder, but for the server itself. */
  processes(): string[] {
    return readdirSync("/proc").flatMap((pid) => {
      if (!/^\d+$/.test(pid) || Number(pid) === this.#server?.child.pid) return [];
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        const ours = line.includes(`${this.data}`) || readlinkSync(`/proc/${pid}/cwd`).startsWith(`${this.dir}/`);
        return ours && line !== "" ? [`${pid} ${line}`] : [];
      } catch {
        return []; // ended meanwhile
      }
    });
  }

  /** Polls until `condition` holds. */
  async until(what: string, condition: () => Promise<boolean>, detail: () => string = () => ""): Promise<void> {
    const deadline_ms = clock.monotonic_ms() + PATIENCE_MS;
    while (!(await condition())) {
      assert.ok(
        clock.monotonic_ms() < deadline_ms,
        `${what}: not within ${PATIENCE_MS} ms ${detail()}\n${this.output}`,
      );
      await clock.sleep(POLL_MS);
    }
  }

  #running(): Server {
    assert.ok(this.#server !== undefined, "no server was started");
    return this.#server;
  }

  /** After a failure something may still run: PostgreSQL outlives a killed server on purpose. */
  async #remove(): Promise<void> {
    this.#server?.child.kill("SIGKILL");
    await this.#server?.ended;
    for (const line of this.processes()) {
      try {
        process.kill(Number(line.split(" ", 1)[0]), "SIGKILL");
      } catch {
        // ended meanwhile
      }
    }
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function gone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Fails when two trees differ by anything `diff` can see, or in modes and times. */
export function assertSameTree(expected: string, actual: string): void {
  const listing = (dir: string) =>
    execFileSync("find", [dir, "-printf", "%P %y %m %s %T@ %l\n"], { encoding: "utf8", maxBuffer: 2 ** 28 })
      .split("\n")
      // A folder's size is its file system's affair.
      .map((line) => line.replace(/^(.*) d (\d+) \d+ /, "$1 d $2 "))
      .sort()
      .join("\n");
  execFileSync("diff", ["-r", "--no-dereference", expected, actual], { stdio: ["ignore", "pipe", "pipe"] });
  assert.equal(listing(actual), listing(expected));
}
