import { join } from "node:path";

/**
 * Where things lie under a store's root. An object's path is its key. The store's own folders begin with a dot, which
 * no key does.
 *
 *   <root>/<key>                    objects
 *   <root>/.tmp/                    objects being written
 *   <root>/.locks/<key>~lock.json   object locks; `~` occurs in no key, so `a` and `a.json/b` never collide
 *   <root>/.state/store.json        written once; its absence means that the folder is not mounted
 *   <root>/.state/clock.json        highest time seen
 *   <root>/.state/usage.json        bytes stored, when a quota is set
 *   <root>/.state/mutex/            files for flock(2)
 */
export interface Layout {
  readonly root: string;
  readonly temp: string;
  readonly locks: string;
  readonly state: string;
  readonly mutex: string;
  readonly marker: string;
  readonly clock: string;
  readonly usage: string;
  /** Path of an object or of a folder of keys; `""` is the root. The key must have been validated. */
  object(key: string): string;
  lock(key: string): string;
}

export const LOCK_SUFFIX = "~lock.json";

export function layoutOf(root: string): Layout {
  const state = join(root, ".state");
  const locks = join(root, ".locks");
  return {
    root,
    temp: join(root, ".tmp"),
    locks,
    state,
    mutex: join(state, "mutex"),
    marker: join(state, "store.json"),
    clock: join(state, "clock.json"),
    usage: join(state, "usage.json"),
    object: (key) => (key === "" ? root : `${root}/${key}`),
    lock: (key) => `${locks}/${key}${LOCK_SUFFIX}`,
  };
}
