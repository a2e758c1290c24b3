/**
 * The index at scale, `npm run bench -- --only index [--chunks N] [--work DIR]`: synthetic segments made, loaded,
 * looked up from two threads and added to by the code backups use. No rival and no build is needed. Figures for
 * docs/scale.md.
 */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Inserted, Loaded, Made, Settings } from "./steps.ts";

const STEP_LIMIT_MS = 15 * 60_000;
const MIB = 1024 ** 2;

async function step<T>(name: string, folder: string, settings: Settings): Promise<T> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--expose-gc", new URL("./steps.ts", import.meta.url).pathname, name, folder, JSON.stringify(settings)],
    { timeout: STEP_LIMIT_MS, maxBuffer: 64 * MIB },
  );
  return JSON.parse(stdout) as T;
}

const million = (value: number) => `${(value / 1e6).toFixed(2)} M/s`;
const bytes = (value: number) => value.toFixed(1);

/** Prints a table row for each size, then what 10,000 small segments cost. */
export async function benchIndex(work: string, chunks: number, print: (line: string) => void): Promise<void> {
  const settings = { chunks_per_frame: 4, frames_per_pack: 32, chunks_per_segment: 220_000, threads: 2 };
  const folder = join(work, "index-repository");
  print(
    "| chunks | segments | load | resident, bytes a chunk | table alone | peak of loading | hits | misses | a tenth more |",
  );
  print("|---|---|---|---|---|---|---|---|---|");
  let before: { chunks: number; resident_bytes: number } | undefined;
  for (const size of [chunks / 4, chunks / 2, chunks]) {
    const o = { ...settings, chunks: size };
    rmSync(folder, { recursive: true, force: true });
    const made = await step<Made>("make", folder, o);
    const loaded = await step<Loaded>("load", folder, o);
    const { tenth_more: more } = loaded;
    print(
      `| ${size.toLocaleString("en")} | ${made.segments}, ${Math.round(made.segment_bytes / MIB)} MiB | ${loaded.load_s.toFixed(1)} s | ${bytes(loaded.resident_bytes / size)} | ${bytes(loaded.table_bytes / size)} | ${bytes(loaded.peak_bytes / size)} | ${million(loaded.hits_per_s)} | ${million(loaded.misses_per_s)} | ${million(more.inserts_per_s)} |`,
    );
    if (before !== undefined) {
      const slope = (loaded.resident_bytes - before.resident_bytes) / (size - before.chunks);
      print(`Each further chunk took ${bytes(slope)} bytes of resident memory.`);
    }
    before = { chunks: size, resident_bytes: loaded.resident_bytes };
  }
  const inserted = await step<Inserted>("insert", "-", { ...settings, chunks });
  const last = inserted.steps.at(-1);
  print(
    `From an empty table to ${chunks.toLocaleString("en")} chunks: at most ${bytes(inserted.worst_per_chunk)} bytes a chunk resident from a quarter on, ${bytes(last?.resident_per_chunk ?? 0)} at the end in ${last?.extents} extents; ${million(last?.inserts_per_s ?? 0)} at the end.`,
  );
  rmSync(folder, { recursive: true, force: true });
  const small = { ...settings, chunks: 60_000, chunks_per_frame: 3, frames_per_pack: 2, chunks_per_segment: 6 };
  const made = await step<Made>("make", folder, small);
  const loaded = await step<Loaded>("load", folder, small);
  const merged = await step<{ compact_s: number; load_s: number }>("compact", folder, small);
  print(
    `${made.segments.toLocaleString("en")} segments of one small backup each: opened in ${loaded.load_s.toFixed(1)} s; merged in ${merged.compact_s.toFixed(1)} s, then opened in ${merged.load_s.toFixed(2)} s.`,
  );
  rmSync(folder, { recursive: true, force: true });
}
