import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { asHoldfastError, type Clock } from "../../../base/index.ts";
import { GuestAgent } from "./agent.ts";
import type { QmpClient } from "./qmp.ts";

/** Windows gives its writers 10 s; a guest that stands still longer is noticed by its users. */
const STILL_MS = 20_000;
const MARKER = "holdfast-still.json";

/** What has to be undone when whoever stopped a machine dies. Kept on disk and with the watchdog meanwhile. */
export interface Still {
  readonly qmp: string;
  readonly agent: string | null;
  /** The virtual CPUs were stopped by us. */
  readonly resume: boolean;
  /** The guest's file systems were frozen by us. */
  readonly thaw: boolean;
}

/** @returns why it is not certain that everything moves again, or nothing */
export async function undoStill(still: Still, qmp: QmpClient | undefined, clock: Clock): Promise<string | undefined> {
  let trouble: string | undefined;
  const note = (error: unknown) => {
    trouble ??= asHoldfastError(error).message;
  };
  if (still.resume && qmp !== undefined) await qmp.execute("cont").catch(note);
  if (still.thaw && still.agent !== null) {
    try {
      const agent = await GuestAgent.connect(still.agent, clock);
      try {
        if ((await agent.status()) === "frozen") await agent.thaw();
      } finally {
        agent.close();
      }
    } catch (error) {
      note(error);
    }
  }
  return trouble;
}

/** Whoever comes after a crash finds here that a machine was left standing, and sets it going. */
export async function undoMarked(qmp: QmpClient, clock: Clock, scratch: string): Promise<boolean> {
  const path = join(scratch, MARKER);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return false;
  const still = JSON.parse(text) as Still;
  const status = await qmp.execute<{ status: string }>("query-status");
  await undoStill({ ...still, resume: still.resume && status.status === "paused" }, qmp, clock);
  await rm(path, { force: true });
  return true;
}

/**
 * Runs `work` while the machine stands still. A process of its own watches: when we die, or take too long, it sets the
 * machine going; a marker in the scratch folder does the same for the case that both die.
 */
export async function whileStill<T>(scratch: string, still: Still, work: () => Promise<T>): Promise<T> {
  if (!still.resume && !still.thaw) return work();
  const marker = join(scratch, MARKER);
  await mkdir(dirname(marker), { recursive: true });
  await writeFile(marker, JSON.stringify(still));
  const watchdog = await startWatchdog(still, marker);
  try {
    return await work();
  } finally {
    await rm(marker, { force: true });
    watchdog.stdin?.end("done\n");
    watchdog.unref();
  }
}

/** Starts it and waits until it watches. */
async function startWatchdog(still: Still, marker: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("./watchdog.ts", import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify({ ...still, marker, limit_ms: STILL_MS })], {
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the watchdog of a stopped VM ended with ${code}`)));
  });
  child.stdin.on("error", () => undefined);
  child.stdout.destroy();
  return child;
}
