/**
 * A process of its own that uses a store: `node writer.ts JOB`, where JOB is a {@link WriterJob} as JSON.
 * As the entry of a worker thread it takes the job from `workerData` and prints nothing.
 * Prints `ready`, then one line for each key it was told is stored, or `refused CODE MESSAGE`.
 */
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";
import { HoldfastError, systemClock as clock, systemRandom as random } from "../../../base/index.ts";
import type { FaultConfig } from "../fault-plan.ts";
import { openStore } from "../open.ts";
import type { ObjectLock, StoreConfig } from "../port.ts";

export interface WriterJob {
  readonly config: StoreConfig;
  readonly fault?: FaultConfig;
  readonly keys: readonly string[];
  readonly size_bytes: number;
  /** Goes into the content, so that it can be told whose object is there. */
  readonly writer: string;
  readonly if_absent?: boolean;
  readonly lock?: ObjectLock;
  /** Give up root's rights first. */
  readonly as_nobody?: boolean;
}

const NOBODY = 65534;

/** Content that proves by itself whether it is whole: its last 32 bytes are the SHA-256 of the rest. */
export function provableBody(writer: string, key: string, size_bytes: number): Buffer {
  const body = Buffer.alloc(size_bytes, `${writer}:${key};`);
  createHash("sha256")
    .update(body.subarray(0, -32))
    .digest()
    .copy(body, size_bytes - 32);
  return body;
}

/** The writer's name when `body` is whole. */
export function writerOf(body: Buffer): string | undefined {
  const digest = createHash("sha256").update(body.subarray(0, -32)).digest();
  return digest.equals(body.subarray(-32)) ? /^[^:]+/.exec(body.toString("latin1", 0, 100))?.[0] : undefined;
}

async function main(job: WriterJob): Promise<void> {
  const say = (line: string) => {
    if (isMainThread) writeSync(1, `${line}\n`); // at once: the process may be killed next
  };
  try {
    if (job.as_nobody === true) process.setuid?.(NOBODY);
    const fault = job.fault === undefined ? {} : { fault: job.fault };
    const store = await openStore(job.config, { clock, random, retry: false, ...fault });
    say("ready");
    for (const key of job.keys) {
      try {
        const options = { if_absent: job.if_absent ?? false, ...(job.lock === undefined ? {} : { lock: job.lock }) };
        await store.put(key, provableBody(job.writer, key, job.size_bytes), options);
        say(key);
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error;
        say(`refused ${error.code} ${key}`);
      }
    }
    await store.close();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    say(`refused ${error.code} ${error.message}`);
  }
}

if (!isMainThread) await main(workerData as WriterJob);
else if (process.argv[1] === import.meta.filename) await main(JSON.parse(process.argv[2] as string) as WriterJob);
