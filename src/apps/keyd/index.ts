/**
 * keyd: the key manager's process. Nouns: key manager process, key folder, principal, audit log.
 * Invariants: keys are used and kept in this process alone, in a folder of its own; whoever starts it speaks to it over
 * its socket with a token of its own rights; it ends with the process that started it.
 */
export { type KeyManagerProcess, startKeyManagerProcess } from "./spawn.ts";
