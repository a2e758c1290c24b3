import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, hasCode } from "../../../base/index.ts";
import { vmError } from "./errors.ts";
import { QmpClient } from "./qmp.ts";

const START_MS = 60_000;
const POLL_MS = 100;
const STREAM_POLL_MS = 500;

/** Does a machine hold this monitor? */
export async function isRunning(qmp_path: string, clock: Clock): Promise<boolean> {
  try {
    (await QmpClient.connect(qmp_path, clock)).close();
    return true;
  } catch (error) {
    if (hasCode(error, "VM_MONITOR_BUSY")) return true;
    if (hasCode(error, "VM_UNREACHABLE")) return false;
    throw error;
  }
}

/** QEMU listens before it answers, by seconds on a busy host. */
async function answers(qmp_path: string, clock: Clock): Promise<boolean> {
  try {
    (await QmpClient.connect(qmp_path, clock)).close();
    return true;
  } catch (error) {
    if (hasCode(error, "VM_UNREACHABLE") || hasCode(error, "VM_MONITOR_BUSY")) return false;
    throw error;
  }
}

/** Starts a machine that outlives us, unless it runs already. @throws VM_RESTORE_FAILED with QEMU's own words */
export async function startMachine(folder: string, command: readonly string[], clock: Clock): Promise<void> {
  const qmp_path = join(folder, "qmp.sock");
  if (await isRunning(qmp_path, clock)) return;
  const log = await open(join(folder, "qemu.log"), "w+", 0o600);
  const [program, ...args] = command as [string, ...string[]];
  const child = spawn(program, args, { detached: true, stdio: ["ignore", log.fd, log.fd], cwd: folder });
  let failed: string | undefined;
  child.once("error", (error) => {
    failed = error.message;
  });
  child.once("exit", (code) => {
    failed ??= `it ended with ${code}`;
  });
  try {
    for (const until_ms = clock.monotonic_ms() + START_MS; !(await answers(qmp_path, clock)); ) {
      if (failed !== undefined || clock.monotonic_ms() > until_ms) {
        const said = (await log.read(Buffer.alloc(2000), 0, 2000, 0)).buffer.toString().replaceAll("\0", "").trim();
        throw vmError("VM_RESTORE_FAILED", `the machine did not start: ${failed ?? "no monitor"}: ${said}`);
      }
      await clock.sleep(POLL_MS);
    }
  } finally {
    child.removeAllListeners();
    child.on("error", () => undefined);
    child.unref();
    await log.close();
  }
}

interface BlockJob {
  readonly device: string;
  readonly offset: number;
}

/**
 * Brings everything a disk has below it into the disk itself, while its machine runs; afterwards nothing is below.
 * Begun anew after a crash it goes on with what is missing.
 * @throws VM_RESTORE_FAILED
 */
export async function streamIn(
  qmp_path: string,
  nodes: readonly string[],
  ports: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly onProgress: (done_bytes: number) => void;
  },
): Promise<void> {
  const qmp = await QmpClient.connect(qmp_path, ports.clock);
  try {
    const jobOf = (node: string) => `holdfast-stream-${nodes.indexOf(node)}`;
    const under_way = async () => await qmp.execute<BlockJob[]>("query-block-jobs");
    const hasBelow = async (node: string) => {
      const all =
        await qmp.execute<{ "node-name": string; image: { "backing-image"?: object } }[]>("query-named-block-nodes");
      return all.find((each) => each["node-name"] === node)?.image["backing-image"] !== undefined;
    };
    for (let tries = 0; ; ) {
      ports.signal.throwIfAborted();
      const jobs = await under_way();
      const left: string[] = [];
      for (const node of nodes) if (await hasBelow(node)) left.push(node);
      if (left.length === 0) return;
      for (const node of left.filter((each) => !jobs.some(({ device }) => device === jobOf(each)))) {
        if (tries++ > nodes.length * 20) throw vmError("VM_RESTORE_FAILED", `${node} cannot be streamed in`);
        await qmp.execute("block-stream", { "job-id": jobOf(node), device: node, "on-error": "report" });
      }
      ports.onProgress(jobs.reduce((total, job) => total + job.offset, 0));
      await ports.clock.sleep(STREAM_POLL_MS, ports.signal);
    }
  } finally {
    qmp.close();
  }
}
