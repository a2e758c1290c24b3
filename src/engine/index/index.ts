/**
 * index: which pack, frame and slot holds a chunk. In shared memory while a repository is open, in sealed segments on
 * the store.
 * Nouns: position (of a chunk in the table), frame number, pack number, segment.
 * Invariants: the index is an accelerator, packs describe themselves; a chunk once found stays where it is until the
 * index is closed; two threads never both store the same chunk unless the table is full.
 */
export * from "./segment.ts";
export * from "./table.ts";
