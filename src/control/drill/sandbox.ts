import { readdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Clock } from "../../base/index.ts";

/** Folder of the restores' folder that belongs to drills. */
export const DRILLS_DIR = "drills";
/** What restores start, by the name of the program. */
const PROGRAMS = /^(postgres|mariadbd|mysqld|mariadb-install-db|qemu-system-\w+|qemu-img)$/;
/** So long a server may take to go in peace; its data is thrown away in any case. */
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

export interface SandboxProcess {
  readonly pid: number;
  readonly program: string;
}

/** Servers and machines that were started in a folder, whoever started them: their command lines name it. */
export async function processesIn(dir: string): Promise<SandboxProcess[]> {
  const found: SandboxProcess[] = [];
  for (const name of await readdir("/proc")) {
    const pid = Number(name);
    if (!Number.isSafeInteger(pid) || pid === process.pid) continue;
    const program = await programIn(pid, dir);
    if (program !== null) found.push({ pid, program });
  }
  return found;
}

async function programIn(pid: number, dir: string): Promise<string | null> {
  const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
  // Scripts run under a shell.
  const program = words
    .slice(0, 2)
    .map((each) => basename(each))
    .find((each) => PROGRAMS.test(each));
  return program !== undefined && words.some((word) => word.includes(dir)) ? program : null;
}

/** Ends everything that was started in the folder, in the end without asking. @throws when something does not end */
export async function stopBelow(dir: string, clock: Clock): Promise<void> {
  // What still starts when first looked at is found by the second look.
  for (const signals of [
    ["SIGINT", "SIGTERM"],
    ["SIGQUIT", "SIGKILL"],
    ["SIGKILL", "SIGKILL"],
  ] as const) {
    for (const { pid, program } of await processesIn(dir)) send(pid, program === "postgres" ? signals[0] : signals[1]);
    const until_ms = clock.monotonic_ms() + PATIENCE_MS;
    while ((await processesIn(dir)).length > 0 && clock.monotonic_ms() < until_ms) await clock.sleep(POLL_MS);
  }
  const left = await processesIn(dir);
  if (left.length > 0) throw new Error(left.map(({ pid, program }) => `${program} (${pid}) does not end`).join(", "));
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** All that a drill made: what runs in its folder, the folder, and the tablespaces beside it. */
export async function removeSandbox(restore_dir: string, drill_id: string, clock: Clock): Promise<void> {
  const dir = join(restore_dir, DRILLS_DIR, drill_id);
  await stopBelow(dir, clock);
  for (const path of [dir, `${dir}.tablespaces`])
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
