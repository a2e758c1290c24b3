/**
 * pack: chunks sealed together in frames, frames in packs (docs/format.md §5).
 * Nouns: chunk, frame, pack, pack directory, trailer.
 * Invariants: a pack's key seals that pack only; a nonce is the frame's ordinal; nothing is handed out before its tag
 * was checked.
 */
export * from "./compression.ts";
export * from "./directory.ts";
export * from "./errors.ts";
export * from "./frame.ts";
export * from "./reader.ts";
export * from "./writer.ts";
