/**
 * source/command: what a program writes to its output, as one file. Nouns: command.
 * Invariants: it is run without a shell; one that fails makes no backup, whatever it wrote before.
 */
export * from "./source.ts";
