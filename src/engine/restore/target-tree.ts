import { call, O_DIRECTORY, O_RDONLY, openBeneath } from "../posix/index.ts";

const FOLDERS_OPEN_MAX = 256;

/** The target's folders, each opened below its root without following symlinks, the last ones kept open. */
export class TargetTree {
  /** Open root folders, by number. */
  readonly roots: readonly number[];
  readonly #open = new Map<string, number>();

  constructor(roots: readonly number[]) {
    this.roots = roots;
  }

  /** An open folder; it stays open for at least the next few lookups. Throws a POSIX error. */
  folder(root: number, path: Buffer): number {
    if (path.length === 0) return this.roots[root] as number;
    const key = `${root}/${path.toString("latin1")}`;
    let fd = this.#open.get(key);
    if (fd === undefined) fd = openBeneath(this.roots[root] as number, path, O_RDONLY | O_DIRECTORY);
    else this.#open.delete(key); // set again below: the oldest is what was not asked for the longest
    this.#open.set(key, fd);
    if (this.#open.size > FOLDERS_OPEN_MAX) this.#closeOldest();
    return fd;
  }

  #closeOldest(): void {
    const [key, fd] = this.#open.entries().next().value as [string, number];
    call.close(fd);
    this.#open.delete(key);
  }

  close(): void {
    for (const fd of this.#open.values()) call.close(fd);
    this.#open.clear();
    for (const fd of this.roots) call.close(fd);
  }
}
