/** The processes of an installation that is spread out, by name, and what can be done to them. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cli } from "../../../src/apps/cli/testing.ts";
import { systemRandom as random } from "../../../src/base/index.ts";
import { CREDENTIALS_NAME, type SharedGateway } from "../../../src/engine/store/testing/ceph/gateway.ts";
import { Spaces } from "./spaces.ts";

const BAAS = fileURLToPath(new URL("../../../src/apps/cli/main.ts", import.meta.url));
const DATABASE_PORT = 55_432;

export interface PlaceOptions {
  readonly dir: string;
  readonly workloads: number;
  /** Agents, and as many workers. */
  readonly agents: number;
  /** Each process in a network namespace, with links that can be cut. */
  readonly spaces: boolean;
  /** Backups go into a bucket of it, when there is one. */
  readonly gateway: SharedGateway | undefined;
  readonly policy: string;
}

/** How to reach the database: as this process does, and over the network. */
export interface DatabaseAddress {
  readonly url: string;
  readonly socket: string;
  /** With host and port left open. */
  remote(host: string, port: number): string;
}

export class Place {
  readonly #o: PlaceOptions;
  readonly #running = new Map<string, ChildProcess>();
  readonly #spaces: Spaces | undefined;
  #env: Readonly<Record<string, string>> = {};
  #agents_port = 0;
  readonly names: string[] = ["server"];
  bucket = "";
  /** Jobs of backups that were asked for by hand. */
  readonly asked: string[] = [];

  constructor(options: PlaceOptions) {
    this.#o = options;
    this.#spaces = options.spaces ? new Spaces() : undefined;
  }

  async setUp(database: DatabaseAddress): Promise<void> {
    const { dir, agents, workloads, gateway, policy } = this.#o;
    this.#agents_port = await freePort();
    const bucket_port = gateway === undefined ? [] : [Number(new URL(gateway.endpoint).port)];
    const spaces = this.#spaces;
    this.#env = {
      DATABASE_URL: spaces === undefined ? database.url : database.remote("127.0.0.1", DATABASE_PORT),
      BAAS_DATA_DIR: join(dir, "data"),
      BAAS_AGENTS_HOST: spaces === undefined ? "127.0.0.1" : "0.0.0.0",
      BAAS_SCHEDULE_TICK_SECONDS: "2",
      BAAS_LOG_LEVEL: "error",
    };
    const all = Array.from({ length: agents }, (_, i) => [`agent-${i + 1}`, `worker-${i + 1}`]).flat();
    let server_host = "127.0.0.1";
    if (spaces !== undefined) {
      const bucket = bucket_port.map((port) => ({ port, to: `TCP:127.0.0.1:${port}` }));
      spaces.open([{ port: DATABASE_PORT, to: `UNIX-CONNECT:${database.socket}` }, ...bucket]);
      for (const name of ["server", ...all]) {
        const address = spaces.add(name, [DATABASE_PORT, ...bucket_port]);
        if (name === "server") server_host = address;
      }
    }
    await this.start("server");
    if (gateway !== undefined) {
      this.bucket = await gateway.bucket();
      const place = ["--url", `s3://${this.bucket}/scale`, "--endpoint", gateway.endpoint];
      await this.baas(
        "region",
        "add",
        "cloud",
        "--country",
        "BD",
        ...place,
        "--credentials",
        `env:${CREDENTIALS_NAME}`,
      );
      await this.baas("project", "add", "central", "--region", "cloud");
    }
    const region = gateway === undefined ? [] : ["--region", "cloud"];
    writeFileSync(join(dir, "policy.yaml"), policy);
    await this.baas("policy", "create", "-f", join(dir, "policy.yaml"));
    const url = `https://${server_host}:${this.#agents_port}`;
    for (let i = 1; i <= agents; i++) {
      const { token } = await this.baas("agent", "token", "create", `host-${i}`, ...region);
      const argv = ["agent", "enroll", "--server", url, "--token", String(token), "--dir", join(dir, `host-${i}`)];
      const { code, stderr } = await cli(argv); // this process reaches the bridge's addresses, too
      assert.equal(code, 0, stderr);
    }
    for (const name of all) await this.start(name);
    this.names.push(...all);
    for (let i = 0; i < workloads; i++) {
      const source = join(dir, "sources", String(i));
      mkdirSync(source, { recursive: true });
      writeFileSync(join(source, "data"), random.bytes(200_000));
      const host = i % 2 === 0 ? `host-${((i / 2) % agents) + 1}` : undefined;
      const own = gateway === undefined ? "default" : "central";
      const where = host === undefined ? ["--project", own] : ["--project", host, "--agent", host];
      await this.baas("workload", "add", `w-${i}`, ...where, "--path", source, "--tag", "backup-policy=often");
    }
  }

  async start(name: string): Promise<void> {
    const { dir } = this.#o;
    const [what = "", number = ""] = name.split("-");
    const argv = {
      server: ["up", "--listen", "127.0.0.1:0"],
      worker: ["worker", "--name", number],
      agent: ["agent", "run", "--dir", join(dir, `host-${number}`)],
    }[what as "server" | "worker" | "agent"];
    const enter = this.#spaces?.enter(name) ?? [];
    const [command = process.execPath, ...args] = [...enter, process.execPath, BAAS, ...argv];
    const child = spawn(command, args, {
      env: {
        ...process.env,
        ...this.#env,
        ...(what === "server" ? { BAAS_AGENTS_PORT: String(this.#agents_port) } : {}),
      },
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#running.set(name, child);
    if (what !== "server") return;
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), once(child, "exit")]);
  }

  /** `ip netns exec` becomes what it runs: the process is the child itself. */
  signal(name: string, signal: NodeJS.Signals): void {
    this.#running.get(name)?.kill(signal);
  }

  /** Its link, or where it has none of its own the process. */
  cut(name: string): void {
    if (this.#spaces === undefined) this.signal(name, "SIGSTOP");
    else this.#spaces.cut(name);
  }

  heal(name: string): void {
    if (this.#spaces === undefined) this.signal(name, "SIGCONT");
    else this.#spaces.heal(name);
  }

  async kill(name: string): Promise<void> {
    const child = this.#running.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async stopAll(): Promise<void> {
    for (const name of [...this.names].reverse()) {
      this.signal(name, "SIGCONT");
      await this.kill(name);
    }
    this.#spaces?.close();
  }

  /** Asks for a backup; a server that is down at the moment does not take it, and that is an answer. */
  async ask(workload: string): Promise<void> {
    const data = ["--data", join(this.#o.dir, "data")];
    const { code, stdout } = await cli(["backup", "run", "--workload", workload, "--detach", "--json", ...data]);
    if (code === 0) this.asked.push((JSON.parse(stdout) as { job_id: string }).job_id);
  }

  async baas(...argv: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const { code, stdout, stderr } = await cli([...argv, "--json", "--data", join(this.#o.dir, "data")]);
    assert.equal(code, 0, `baas ${argv.join(" ")}: ${stdout}${stderr}`);
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
