import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** One run of one command, measured from outside. */
export interface Measured {
  readonly wall_s: number;
  /** User and system time of the command and its children. */
  readonly cpu_s: number;
  /**
   * Highest sum of the process tree's resident memory, sampled every 50 ms. Shared pages count once for each process.
   */
  readonly peak_bytes: number;
  readonly output: string;
}

const SAMPLE_MS = 50;
const TIMEOUT_MS = 60 * 60_000;

/** Runs a command to its end. @throws when it fails, with the end of its output */
export function measure(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Measured> {
  const [name, ...args] = command as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const children_before = childrenCpu();
    const began = process.hrtime.bigint();
    const child = spawn(name, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIMEOUT_MS,
      cwd,
    });
    let output = "";
    let peak_bytes = 0;
    const keep = (data: Buffer) => {
      output = (output + data.toString()).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const sampler = setInterval(() => {
      peak_bytes = Math.max(peak_bytes, treeMemory(child.pid ?? 0));
    }, SAMPLE_MS);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearInterval(sampler);
      const wall_s = Number(process.hrtime.bigint() - began) / 1e9;
      if (code !== 0)
        return reject(new Error(`${command.join(" ")} ended with ${code ?? signal}:\n${output.slice(-2000)}`));
      resolve({ wall_s, cpu_s: childrenCpu() - children_before, peak_bytes, output });
    });
  });
}

/**
 * Seconds of user and system time of all children that have ended (fields cutime and cstime of /proc/self/stat, in
 * ticks of 10 ms).
 */
function childrenCpu(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Resident memory in bytes of a process and everything below it. Shared pages count once for each process. */
export function treeMemory(root: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      parents.set(pid, Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1]));
    } catch {
      // ended meanwhile
    }
  }
  const isBelow = (pid: number): boolean => pid === root || (parents.has(pid) && isBelow(parents.get(pid) as number));
  let bytes = 0;
  for (const pid of parents.keys()) {
    if (!isBelow(pid)) continue;
    try {
      bytes += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
    } catch {
      // ended meanwhile
    }
  }
  return bytes;
}

/** The middle one by wall time; of an even number the lower middle. */
export function median(runs: readonly Measured[]): Measured {
  return [...runs].sort((a, b) => a.wall_s - b.wall_s)[(runs.length - 1) >> 1] as Measured;
}
