/**
 * recover: brings data back. Nouns: restore, preview (what would be written, overwritten and deleted), source (the
 * backup or a copy of it), target (in place, a folder, a new resource), confirmation.
 * Invariants: nothing that exists is overwritten or deleted before somebody typed the workload's name, and the server
 * checks it; a damaged backup is not read unless its region was named; a restore writes into no folder of Holdfast's
 * own; a restore that was interrupted goes on where it stopped.
 */
export * from "./errors.ts";
export * from "./handler.ts";
export * from "./query.ts";
export {
  previewRestore,
  type RecoverPorts,
  type RestoreInput,
  type RestorePreview,
  requestRestore,
} from "./request.ts";
export * from "./source.ts";
