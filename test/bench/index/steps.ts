/**
 * One step of the index benchmark in a process of its own, so that memory is what that step took:
 * `steps.ts make|load|insert|compact FOLDER SETTINGS` prints one line of JSON.
 */
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { ChunkIndex, type IndexedPack } from "../../../src/engine/index/index.ts";
import { DirectoryBuilder, PACK_DATA } from "../../../src/engine/pack/index.ts";
import { compactIndex } from "../../../src/engine/repository/index.ts";
import { createAt, openAt } from "../../engine/world.ts";
import { chunkIds } from "./ids.ts";
import type { Probe, ProbeResult } from "./probe.ts";

export interface Settings {
  readonly chunks: number;
  readonly chunks_per_frame: number;
  readonly frames_per_pack: number;
  /** Chunks in one call of writeSegment, as one backup would make. */
  readonly chunks_per_segment: number;
  readonly threads: number;
}

export interface Made {
  readonly segments: number;
  readonly segment_bytes: number;
}

interface Added {
  readonly chunks: number;
  readonly inserts_per_s: number;
  /** Chunks that found no room and stayed unknown to the other thread. */
  readonly refused: number;
  readonly extents: number;
}

export interface Loaded {
  readonly load_s: number;
  readonly resident_bytes: number;
  readonly peak_bytes: number;
  readonly table_bytes: number;
  readonly hits_per_s: number;
  readonly misses_per_s: number;
  readonly tenth_more: Added;
}

export interface Inserted {
  /** Resident bytes a chunk, at the worst, from a quarter of the chunks on. */
  readonly worst_per_chunk: number;
  readonly steps: readonly (Added & { readonly resident_per_chunk: number })[];
}

/** On average, as the default chunker cuts. */
const CHUNK_BYTES = 256 * 1024;
const STORED_RATIO = 0.5;
/** What a backup asks for (src/engine/backup/run.ts). */
const ROOM = { new_chunks: 1 << 16, new_frames: 1 << 22, new_packs: 1 << 18 };
const PROBES = 4_000_000;

const seconds = (since: bigint) => Number(process.hrtime.bigint() - since) / 1e9;

/** Resident memory of this process in bytes, after a collection. */
async function resident(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await setTimeout(100); // memory outside the heap is freed by another thread
  }
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync("/proc/self/status", "latin1"))?.[1]) * 1024;
}

function peak(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "latin1"))?.[1]) * 1024;
}

function makePack(first: number, count: number, o: Settings): IndexedPack {
  const directory = new DirectoryBuilder();
  const stored = CHUNK_BYTES * o.chunks_per_frame * STORED_RATIO;
  let offset = 48;
  for (let done = 0; done < count; done += o.chunks_per_frame) {
    const chunks = Math.min(o.chunks_per_frame, count - done);
    const ids = chunkIds(0, first + done, chunks);
    const lengths = Array.from(
      { length: chunks },
      (_, i) => CHUNK_BYTES / 2 + (ids.readUInt16LE(i * 32) % CHUNK_BYTES),
    );
    directory.add(offset, stored, CHUNK_BYTES * chunks, ids, lengths);
    offset += stored + 32;
  }
  return {
    pack_id: chunkIds(1, first, 1),
    kind: PACK_DATA,
    epoch: 1,
    size_bytes: offset + 4096,
    directory: directory.encode(),
  };
}

async function make(folder: string, o: Settings): Promise<Made> {
  await createAt(folder);
  await using opened = await openAt(folder);
  const per_pack = o.chunks_per_frame * o.frames_per_pack;
  for (let from = 0; from < o.chunks; from += o.chunks_per_segment) {
    const packs: IndexedPack[] = [];
    const to = Math.min(o.chunks, from + o.chunks_per_segment);
    for (let at = from; at < to; at += per_pack) packs.push(makePack(at, Math.min(per_pack, to - at), o));
    await opened.repository.writeSegment(packs);
  }
  let segments = 0;
  let segment_bytes = 0;
  for await (const { size_bytes } of opened.store.list("index/")) {
    segments++;
    segment_bytes += size_bytes;
  }
  return { segments, segment_bytes };
}

/** Runs one probe in each of `threads` threads at once; `onFull` makes room for insertions. */
async function probe(index: ChunkIndex, probes: readonly Probe[]): Promise<ProbeResult[]> {
  const workers = probes.map(
    (task) => new Worker(new URL("./probe.ts", import.meta.url), { workerData: { memory: index.memory, task } }),
  );
  const results = workers.map(
    (worker) =>
      new Promise<ProbeResult>((resolve, reject) => {
        worker.on("message", (message: ProbeResult | "round") => {
          if (message !== "round") return resolve(message);
          if (index.crowded) {
            const extent = index.grow();
            for (const other of workers) other.postMessage({ extent });
          }
          worker.postMessage({});
        });
        worker.once("error", reject);
      }),
  );
  const all = await Promise.all(results);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return all;
}

const rate = (results: readonly ProbeResult[]) => Math.round(results.reduce((sum, r) => sum + r.done / r.seconds, 0));

async function load(folder: string, o: Settings): Promise<Loaded> {
  await using opened = await openAt(folder);
  const before = await resident();
  const began = process.hrtime.bigint();
  const loaded = await opened.repository.loadIndex(ROOM);
  const load_s = seconds(began);
  const peak_bytes = peak() - before;
  const resident_bytes = (await resident()) - before;
  const { index } = loaded;
  if (index.chunks !== o.chunks) throw new Error(`${index.chunks} chunks were loaded of ${o.chunks}`);
  if (loaded.damaged.length > 0) throw loaded.damaged[0];
  const spread = Array.from({ length: o.threads }, (_, i) => Math.floor((o.chunks / o.threads) * i));
  const of = (kind: "hit" | "miss") =>
    spread.map((first) => ({
      kind,
      first: kind === "hit" ? first : o.chunks + first,
      count: Math.min(PROBES, Math.floor(o.chunks / o.threads)),
      chunks_per_frame: o.chunks_per_frame,
    }));
  const [hits, misses] = [await probe(index, of("hit")), await probe(index, of("miss"))];
  const table_bytes = index.memory_bytes;
  return {
    load_s,
    resident_bytes,
    peak_bytes,
    table_bytes,
    hits_per_s: rate(hits),
    misses_per_s: rate(misses),
    tenth_more: await insertInto(index, o, o.chunks / 10, o.chunks * 4),
  };
}

async function insertInto(index: ChunkIndex, o: Settings, count: number, first: number): Promise<Added> {
  const pack = index.addPack(Buffer.alloc(32), 1, PACK_DATA);
  const tasks = Array.from({ length: o.threads }, (_, i): Probe => {
    const share = Math.floor(count / o.threads);
    return { kind: "insert", first: first + share * i, count: share, chunks_per_frame: o.chunks_per_frame, pack };
  });
  const results = await probe(index, tasks);
  return {
    chunks: index.chunks,
    inserts_per_s: rate(results),
    refused: results.reduce((sum, r) => sum + r.refused, 0),
    extents: index.memory.extents.length,
  };
}

/** All chunks are new: a first backup, from an empty table. */
async function insert(o: Settings): Promise<Inserted> {
  const index = ChunkIndex.create({ chunks: 0, new_chunks: ROOM.new_chunks, frames: ROOM.new_frames, packs: 1 << 18 });
  const before = await resident();
  const steps: Inserted["steps"][number][] = [];
  for (let done = 0; done < o.chunks; ) {
    const count = Math.min(o.chunks - done, Math.max(o.chunks / 40, Math.floor(done / 8)));
    const added = await insertInto(index, o, count, done);
    done += count;
    steps.push({ ...added, resident_per_chunk: ((await resident()) - before) / index.chunks });
  }
  const later = steps.filter(({ chunks }) => chunks >= o.chunks / 4);
  return { worst_per_chunk: Math.max(...later.map(({ resident_per_chunk }) => resident_per_chunk)), steps };
}

async function compact(folder: string): Promise<{ compact_s: number; load_s: number }> {
  await using opened = await openAt(folder);
  const began = process.hrtime.bigint();
  await compactIndex(opened.repository);
  const compact_s = seconds(began);
  const loading = process.hrtime.bigint();
  await opened.repository.loadIndex(ROOM);
  return { compact_s, load_s: seconds(loading) };
}

const STEPS: Record<string, (folder: string, o: Settings) => Promise<object>> = {
  make,
  load,
  insert: (_, o) => insert(o),
  compact,
};
const [step = "", folder = "", settings = "{}"] = process.argv.slice(2);
const run = STEPS[step];
if (run === undefined) throw new Error(`no step ${step}`);
process.stdout.write(`${JSON.stringify(await run(folder, JSON.parse(settings) as Settings))}\n`);
