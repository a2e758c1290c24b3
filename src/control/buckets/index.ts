/**
 * buckets: what happens to a bucket between its backups. Nouns: stream (one a workload that has `continuous`), pass
 * (a comparison of whole listings), told key (an event of the service named it), replica.
 * Invariants: one process works for a bucket, the one that holds its lease; what a service tells is a hint where to
 * look and nothing more, so lost, late, doubled or forged events cost time and never data; a lag grows as long as a
 * change is missing in the replica, or could not be brought there.
 */
export * from "./errors.ts";
export * from "./events.ts";
export * from "./status.ts";
export { bucketKind } from "./stream.ts";
