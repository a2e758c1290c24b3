import type { IndexMemory } from "../index/index.ts";
import type { RepositorySecrets } from "../repository/index.ts";

/** What a thread of a check is started with. */
export interface CheckWorkerStart {
  readonly secrets: RepositorySecrets;
  readonly index: IndexMemory;
}

/** Read one pack; `frames` are the numbers of its frames in the index. */
export interface PackTask {
  readonly pack: number;
  readonly frames: Int32Array;
}

export interface PackFault {
  readonly object: string;
  readonly code: string;
  readonly message: string;
}

export interface PackResult {
  readonly bytes: number;
  readonly chunks: number;
  readonly faults: readonly PackFault[];
  /** Index frame numbers whose chunks cannot be had from this pack. */
  readonly bad_frames: readonly number[];
}
