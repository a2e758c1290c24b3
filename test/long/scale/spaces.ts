/**
 * Network namespaces on one bridge: each process has an address and a link of its own, and a link can be cut while the
 * process knows nothing of it. Needs root, `ip` and `socat`.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";

const NET = "10.213.7";
const BRIDGE = "hfscale0";
/** Where the bridge's own side of every link is: the database and the bucket are reached through it. */
export const HUB = `${NET}.1`;

/** Why there can be no namespaces here; `undefined` when there can. */
export function spacesMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "network namespaces need root";
  const programs = ["/usr/bin/socat", "/usr/sbin/ip"].filter((path) => !existsSync(path));
  if (programs.length > 0) return `${programs.join(", ")} missing: packages socat, iproute2`;
  try {
    ip("netns", "add", "hfscale-probe");
    ip("netns", "del", "hfscale-probe");
    return undefined;
  } catch (error) {
    return `no network namespace can be made here: ${(error as Error).message.split("\n")[0]}`;
  }
}

/** Where a forwarder listens and what it leads to, in socat's words. */
export interface Forward {
  readonly port: number;
  readonly to: string;
}

export class Spaces {
  readonly #names: string[] = [];
  readonly #forwarders: ChildProcess[] = [];

  /** Makes the bridge, and lets what stands on this machine be reached at {@link HUB}. */
  open(forwards: readonly Forward[]): void {
    ip("link", "add", BRIDGE, "type", "bridge");
    ip("addr", "add", `${HUB}/24`, "dev", BRIDGE);
    ip("link", "set", BRIDGE, "up");
    for (const { port, to } of forwards) this.#forward([], HUB, port, to);
  }

  /** A namespace with a link; its own loopback leads to the hub's ports. @returns its address */
  add(name: string, ports: readonly number[]): string {
    const address = `${NET}.${10 + this.#names.length}`;
    this.#names.push(name);
    ip("netns", "add", space(name));
    ip("link", "add", link(name), "type", "veth", "peer", "name", "eth0", "netns", space(name));
    ip("link", "set", link(name), "master", BRIDGE);
    ip("link", "set", link(name), "up");
    ip("-n", space(name), "addr", "add", `${address}/24`, "dev", "eth0");
    for (const device of ["lo", "eth0"]) ip("-n", space(name), "link", "set", device, "up");
    for (const port of ports) this.#forward(this.enter(name), "127.0.0.1", port, `TCP:${HUB}:${port}`);
    return address;
  }

  /** What a command line begins with that runs in the namespace. */
  enter(name: string): string[] {
    return ["ip", "netns", "exec", space(name)];
  }

  cut(name: string): void {
    ip("link", "set", link(name), "down");
  }

  heal(name: string): void {
    ip("link", "set", link(name), "up");
  }

  close(): void {
    for (const child of this.#forwarders) child.kill("SIGTERM");
    for (const name of this.#names) attempt(() => ip("netns", "del", space(name)));
    attempt(() => ip("link", "del", BRIDGE));
  }

  #forward(enter: readonly string[], bind: string, port: number, to: string): void {
    // What is cut off notices by itself: a connection that says nothing for long is closed.
    const listen = `TCP-LISTEN:${port},bind=${bind},fork,reuseaddr,keepalive,keepidle=5,keepintvl=5,keepcnt=2`;
    const forward = ["-T", "120", listen, to];
    const [command, ...args] = enter.length === 0 ? ["socat"] : ([...enter, "socat"] as const);
    this.#forwarders.push(spawn(command, [...args, ...forward], { stdio: "ignore" }));
  }
}

const space = (name: string) => `hfscale-${name}`;
/** Names of devices have 15 characters at most. */
const link = (name: string) => `hf-${name}`.slice(0, 15);

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // gone already
  }
}
