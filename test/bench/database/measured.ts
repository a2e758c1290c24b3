/** One piece of work of a database's bench: how long it took, and whose CPU it was. */
import { readdirSync, readFileSync } from "node:fs";
import { clock } from "../../engine/world.ts";

const TICKS_PER_S = 100;

export interface Work<T = unknown> {
  readonly wall_s: number;
  /** User and system time of whoever backs up or restores: this process and its children, or the rival's programs. */
  readonly cpu_s: number;
  /** The same of the database server meanwhile. */
  readonly server_s: number;
  readonly value: T;
}

/** Fields utime, stime, cutime and cstime of /proc/PID/stat, in seconds; 0 when the process is gone. */
function cpuOf(pid: number | "self", fields: readonly number[]): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return fields.reduce((sum, at) => sum + Number(stat[at]), 0) / TICKS_PER_S;
  } catch {
    return 0;
  }
}

const CHILDREN = [13, 14];
const ALL = [11, 12, 13, 14];

/** Of a server and every process it has or had. */
export function serverCpu(pid: number): number {
  let sum = cpuOf(pid, ALL);
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]?.split(" ")[1]);
      if (parent === pid) sum += cpuOf(Number(name), ALL);
    } catch {
      // ended meanwhile
    }
  }
  return sum;
}

/** @param servers processes of the database whose time is told apart; asked before and after, so they may change */
export async function timed<T>(work: () => Promise<T>, servers: () => readonly number[] = () => []): Promise<Work<T>> {
  const before = new Map(servers().map((pid) => [pid, serverCpu(pid)]));
  const [own, children] = [process.cpuUsage(), cpuOf("self", CHILDREN)];
  const begun_ms = clock.monotonic_ms();
  const value = await work();
  const wall_s = (clock.monotonic_ms() - begun_ms) / 1000;
  const { user, system } = process.cpuUsage(own);
  const cpu_s = (user + system) / 1e6 + cpuOf("self", CHILDREN) - children;
  const server_s = servers().reduce((sum, pid) => sum + serverCpu(pid) - (before.get(pid) ?? 0), 0);
  return { wall_s, cpu_s, server_s, value };
}

export interface Outcome {
  readonly work: string;
  readonly bar: string;
  readonly ours: readonly Work[];
  readonly theirs: readonly Work[];
  readonly stored?: { readonly ours: number; readonly theirs: number };
}

export const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

/** The middle one by wall time; of an even number the lower middle. */
const middle = (runs: readonly Work[]): Work =>
  [...runs].sort((a, b) => a.wall_s - b.wall_s)[(runs.length - 1) >> 1] as Work;

const cell = ({ wall_s, cpu_s, server_s }: Work, stored?: number): string =>
  `${wall_s.toFixed(2)} s (CPU ${cpu_s.toFixed(1)} + ${server_s.toFixed(1)} s)${stored === undefined ? "" : `, ${mib(stored)}`}`;

export const HEAD = `| work | ours: time (CPU ours + server's) | rival | as fast | CPU, rival to ours | stored, ours to rival's | bar |\n|---|---|---|---|---|---|---|`;

export function lineOf({ work, bar, ours, theirs, stored }: Outcome): string {
  const [a, b] = [middle(ours), middle(theirs)];
  const cpu = (b.cpu_s + b.server_s) / (a.cpu_s + a.server_s);
  const share = stored === undefined ? "–" : `${(stored.ours / stored.theirs).toFixed(2)}×`;
  return `| ${work} | ${cell(a, stored?.ours)} | ${cell(b, stored?.theirs)} | ${(b.wall_s / a.wall_s).toFixed(2)}× | ${cpu.toFixed(2)}× | ${share} | ${bar} |`;
}
