/**
 * A thread of the index benchmark: looks up or inserts chunk ids it computes beforehand, so that only the table is
 * timed.
 */
import { parentPort, workerData } from "node:worker_threads";
import { ChunkIndex, type IndexMemory } from "../../../src/engine/index/index.ts";
import { chunkIds } from "./ids.ts";

export interface Probe {
  readonly kind: "hit" | "miss" | "insert";
  readonly first: number;
  readonly count: number;
  readonly chunks_per_frame: number;
  /** For insertions: the pack their frames are said to lie in. */
  readonly pack?: number;
}

export interface ProbeResult {
  readonly done: number;
  readonly seconds: number;
  /** Insertions that found no room. */
  readonly refused: number;
}

const ROUND = 8192;
const STRIDE = 7919;
const port = parentPort;
if (port === null) throw new Error("this is a worker thread");
const { memory, task } = workerData as { memory: IndexMemory; task: Probe };
const index = new ChunkIndex(memory);

/** Reports a finished round, and takes in room that was made meanwhile. */
function round(): Promise<void> {
  return new Promise((resolve) => {
    const listen = (message: { extent?: SharedArrayBuffer }) => {
      if (message.extent !== undefined) return index.attach(message.extent);
      port?.off("message", listen);
      resolve();
    };
    port?.on("message", listen);
    port?.postMessage("round");
  });
}

let nanoseconds = 0n;
let refused = 0;
for (let done = 0; done < task.count; done += ROUND) {
  const count = Math.min(ROUND, task.count - done);
  const ids = chunkIds(0, task.first + done, count);
  const began = process.hrtime.bigint();
  if (task.kind === "insert") {
    for (let n = 0; n < count; n += task.chunks_per_frame) {
      const positions: number[] = [];
      for (let slot = 0; slot < task.chunks_per_frame && n + slot < count; slot++) {
        const position = index.claim(ids, (n + slot) * 32);
        if (position === -2) refused++;
        if (position === -1) throw new Error("a new chunk was known");
        positions.push(position);
      }
      const frame = index.addFrame(task.pack ?? 0, n, 1);
      for (let slot = 0; slot < positions.length; slot++) index.publish(positions[slot] as number, frame, slot);
    }
  } else {
    let found = 0;
    // In no order of their own: neighbours in a file are neighbours in memory, and that would flatter the table.
    for (let n = 0; n < count; n++) if (index.lookup(ids, ((n * STRIDE) % count) * 32) !== undefined) found++;
    if (found !== (task.kind === "hit" ? count : 0)) throw new Error(`${found} of ${count} were found`);
  }
  nanoseconds += process.hrtime.bigint() - began;
  await round();
}
port.postMessage({ done: task.count, seconds: Number(nanoseconds) / 1e9, refused } satisfies ProbeResult);
