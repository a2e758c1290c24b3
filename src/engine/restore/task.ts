import { asHoldfastError, hasCode } from "../../base/index.ts";
import type { IndexMemory } from "../index/index.ts";
import type { RepositorySecrets } from "../repository/index.ts";

/** What a thread of a restore is started with. */
export interface RestoreWorkerStart {
  readonly secrets: RepositorySecrets;
  readonly index: IndexMemory;
  /** Absolute path of each root's target folder. */
  readonly folders: readonly Uint8Array[];
  /** May files that exist be written over? */
  readonly replace: boolean;
  /** May what is restored have attributes of before, or inherited ones? */
  readonly stale: boolean;
}

/** Files of a task: entries joined, and where each lies. */
export interface TaskFiles {
  readonly folders: readonly { readonly root: number; readonly path: Uint8Array }[];
  readonly entries: Uint8Array;
  readonly entry_at: Int32Array;
  readonly folder_of: Int32Array;
  /** 1: some of its bytes are in the target already and are not in any task, so it must not be made anew. */
  readonly kept: Uint8Array;
  /** Another name than the entry's own, for a root that is a file. */
  readonly names: ReadonlyMap<number, Uint8Array>;
}

/** `WRITE_FIELDS` numbers a write: index into frames, slot, file, offset in the file, length. */
export const WRITE_FIELDS = 5;

export type RestoreTask =
  | {
      readonly kind: "frames";
      readonly files: TaskFiles;
      /** 1: all that is missing of this file is in this task, so it is finished here. */
      readonly whole: Uint8Array;
      /** Index frame numbers, by pack and offset. */
      readonly frames: Int32Array;
      readonly writes: Float64Array;
      readonly ids: Uint8Array;
    }
  | { readonly kind: "compare"; readonly files: TaskFiles; readonly writes: Float64Array; readonly ids: Uint8Array }
  | { readonly kind: "finish"; readonly files: TaskFiles };

export interface FileFault {
  readonly file: number;
  readonly code: string;
  readonly message: string;
}

export interface RestoreTaskResult {
  readonly failed: readonly FileFault[];
  readonly warnings: readonly FileFault[];
  readonly bytes: number;
  /** `compare`: 1 for each write whose bytes are in the target already. */
  readonly same: Uint8Array;
}

/** These end the whole restore: going on would fail for every file alike. */
const FATAL = new Set(["FILE_SYSTEM_FULL", "STORE_UNAVAILABLE", "STORE_TIMEOUT", "STORE_OVERLOADED", "STORE_ABORTED"]);

export function isFatal(error: unknown): boolean {
  return FATAL.has(asHoldfastError(error).code) || hasCode(error, "INTERNAL");
}
