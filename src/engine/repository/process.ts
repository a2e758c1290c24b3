import { readFileSync, readlinkSync } from "node:fs";

/** Who writes this: `boot id / pid namespace / pid / start time`, which no other process ever has. Empty off Linux. */
export const this_process: string = identify();

function identify(): string {
  try {
    const { start } = statOf("self");
    return [bootId(), readlinkSync("/proc/self/ns/pid"), process.pid, start].join("|");
  } catch {
    return "";
  }
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}

function statOf(pid: string): { readonly state: string; readonly start: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The program's name stands in parentheses and may hold any character; what follows the last one may not.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", start: fields[19] ?? "" };
}

/** Known for certain, without any clock: the process ran on this machine since it booted, and is there no more. */
export function isCertainlyDead(identity: unknown): boolean {
  if (typeof identity !== "string" || this_process === "") return false;
  const [boot, namespace, pid, start] = identity.split("|");
  const [own_boot, own_namespace] = this_process.split("|");
  if (boot !== own_boot || namespace !== own_namespace || pid === undefined || start === undefined) return false;
  try {
    const found = statOf(pid);
    return found.start !== start || found.state === "Z" || found.state === "X";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ESRCH";
  }
}
