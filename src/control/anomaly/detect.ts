/** What a backup's manifest tells of the change it holds. */
export interface Shape {
  readonly source_bytes: number;
  /** Read and not known before: what has changed. */
  readonly new_bytes: number;
  /** What the new bytes took, compressed. */
  readonly stored_bytes: number;
  readonly file_count: number;
}

export type Suspicion = {
  readonly kind: "encryption" | "mass_deletion";
  /** Measured now and usual before, by name. */
  readonly signals: Readonly<Record<string, number>>;
};

/** Fewer say nothing about what is usual. */
export const HISTORY_MIN = 3;
/** Half of all data new at once … */
const CHANGE_SHARE = 0.5;
/** … and so many times what changes usually, */
const CHANGE_FACTOR = 4;
/** and what is new does not compress, as ciphertext does not. */
const INCOMPRESSIBLE = 0.95;
/** Data that did not compress before (films, archives) needs a stronger sign: nearly everything is new. */
const CHANGE_SHARE_INCOMPRESSIBLE = 0.8;
/** Half of the files, or three quarters of the bytes, gone at once. */
const FILES_LEFT = 0.5;
const BYTES_LEFT = 0.25;
const FILES_MIN = 20;
const BYTES_MIN = 1024 * 1024;

/**
 * Compares a backup with those before it, oldest first, the first full one included: its ratio of stored to new bytes
 * tells how far this workload's data compress. Pure. Null: nothing unusual, or too little history to say.
 */
export function detect(now: Shape, history: readonly Shape[]): Suspicion | null {
  if (history.length < HISTORY_MIN) return null;
  // The first one is new as a whole, which is no change.
  const changes = history.slice(1).map((shape) => share(shape.new_bytes, shape.source_bytes));
  const change = share(now.new_bytes, now.source_bytes);
  const usual_change = median(changes);
  const all_new = history.reduce((sum, shape) => sum + shape.new_bytes, 0);
  const all_stored = history.reduce((sum, shape) => sum + shape.stored_bytes, 0);
  const ratio = share(now.stored_bytes, now.new_bytes);
  const usual_ratio = share(all_stored, all_new);
  const files = median(history.map((shape) => shape.file_count));
  const bytes = median(history.map((shape) => shape.source_bytes));
  const signals = {
    change_percent: percent(change),
    usual_change_percent: percent(usual_change),
    stored_to_new_percent: percent(ratio),
    usual_stored_to_new_percent: percent(usual_ratio),
    files: now.file_count,
    usual_files: files,
    source_bytes: now.source_bytes,
    usual_source_bytes: bytes,
  };
  const enough = usual_ratio < INCOMPRESSIBLE ? CHANGE_SHARE : CHANGE_SHARE_INCOMPRESSIBLE;
  const jumped = change >= enough && change >= CHANGE_FACTOR * Math.max(usual_change, 0.01);
  if (jumped && now.new_bytes >= BYTES_MIN && ratio >= INCOMPRESSIBLE) return { kind: "encryption", signals };
  const files_gone = files >= FILES_MIN && now.file_count <= files * FILES_LEFT;
  const bytes_gone = bytes >= BYTES_MIN && now.source_bytes <= bytes * BYTES_LEFT;
  if (files_gone || bytes_gone) return { kind: "mass_deletion", signals };
  return null;
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : part / whole;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function percent(value: number): number {
  return Math.round(value * 100);
}
