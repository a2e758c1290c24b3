import { link, mkdir, rename, rm, rmdir, truncate, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { threadId } from "node:worker_threads";
import { errnoError, errnoOf } from "../errors.ts";
import type { FileIo, WritableFile } from "./file-io.ts";

/** Stores opened in this thread, so that each has a stash of its own. */
let opened = 0;

/**
 * Models the loss of power for crash tests: performs every change at once, remembers how to take back what a sync has
 * not yet made durable, and takes it back when {@link cut} is called. Rules, as POSIX promises no more:
 * content is durable after `datasync` of the file; a name (made, replaced or removed) after `syncFolder` of its folder.
 * Only changes of this store object are taken back; stores of one machine are cut together (`./power.ts`).
 */
export class PowerCutIo implements FileIo {
  readonly #inner: FileIo;
  readonly #stash: string;
  /** Changes of names that are not durable, oldest first. */
  #pending: { readonly folder: string; undo(): Promise<void> }[] = [];
  /** Hard links that survive the removal of every name, by file whose content is not durable. */
  readonly #unsynced = new Map<string, string>();
  #stashed = 0;
  #off = false;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(inner: FileIo, stash: string) {
    this.#inner = inner;
    this.#stash = stash;
  }

  /** `root` is the store's folder; the model keeps its own links in `<root>/.power-cut`. */
  static async over(inner: FileIo, root: string): Promise<PowerCutIo> {
    const stash = join(root, ".power-cut", `${process.pid}-${threadId}-${++opened}`);
    await mkdir(stash, { recursive: true });
    return new PowerCutIo(inner, stash);
  }

  /** The power goes. Every later call fails with EIO. `chance` (0 ≤ x < 1) decides how much of the loss is spared. */
  cut(lose: "all" | "some", chance: () => number): Promise<void> {
    return this.#alone("the power cut", async () => {
      this.#off = true;
      for (const kept of this.#unsynced.values()) {
        if (lose === "all" || chance() < 0.5) await truncate(kept, 0);
      }
      const lost = lose === "all" ? this.#pending : this.#someOf(chance);
      for (const change of lost.toReversed()) await change.undo();
      await rm(this.#stash, { recursive: true, force: true });
    });
  }

  create(path: string): Promise<WritableFile> {
    return this.#alone(path, async () => {
      const file = await this.#inner.create(path);
      const kept = this.#nextStash();
      await link(path, kept);
      this.#unsynced.set(path, kept);
      this.#change(path, () => ignoring("ENOENT", unlink(path)));
      return {
        write: (parts) => this.#alone(path, () => file.write(parts)),
        datasync: () =>
          this.#alone(path, async () => {
            await file.datasync();
            this.#unsynced.delete(path);
            await unlink(kept);
          }),
        close: () => file.close(),
      };
    });
  }

  link(from: string, to: string): Promise<void> {
    return this.#alone(to, async () => {
      await this.#inner.link(from, to);
      this.#change(to, () => ignoring("ENOENT", unlink(to)));
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#alone(to, async () => {
      const replaced = await this.#keep(to);
      await this.#inner.rename(from, to);
      this.#change(to, async () => {
        await rename(to, from);
        if (replaced !== undefined) await rename(replaced, to);
      });
    });
  }

  unlink(path: string): Promise<void> {
    return this.#alone(path, async () => {
      const removed = await this.#keep(path);
      await this.#inner.unlink(path);
      if (removed !== undefined) this.#change(path, () => ignoring("EEXIST", link(removed, path)));
    });
  }

  mkdir(path: string): Promise<void> {
    return this.#alone(path, async () => {
      await this.#inner.mkdir(path);
      this.#change(path, () => ignoring("ENOENT", rmdir(path)));
    });
  }

  syncFolder(path: string): Promise<void> {
    return this.#alone(path, async () => {
      await this.#inner.syncFolder(path);
      this.#pending = this.#pending.filter((change) => change.folder !== path);
    });
  }

  #change(path: string, undo: () => Promise<void>): void {
    this.#pending.push({ folder: dirname(path), undo });
  }

  /** Of each folder's changes the first few happened to reach the disk, the rest did not. */
  #someOf(chance: () => number) {
    const kept = new Map<string, number>();
    for (const { folder } of this.#pending) kept.set(folder, (kept.get(folder) ?? 0) + 1);
    for (const [folder, count] of kept) kept.set(folder, Math.floor(chance() * (count + 1)));
    return this.#pending.filter(({ folder }) => {
      const spare = kept.get(folder) ?? 0;
      kept.set(folder, spare - 1);
      return spare <= 0;
    });
  }

  async #keep(path: string): Promise<string | undefined> {
    const kept = this.#nextStash();
    try {
      await link(path, kept);
      return kept;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  #nextStash(): string {
    return join(this.#stash, String(this.#stashed++));
  }

  /** One change at a time, so that what is taken back is exactly what was done. */
  #alone<T>(path: string, work: () => Promise<T>): Promise<T> {
    const run = async () => {
      if (this.#off) throw errnoError("EIO", path, "the power is off");
      return await work();
    };
    const result = this.#queue.then(run, run);
    this.#queue = result.catch(() => undefined); // its caller has it
    return result;
  }
}

async function ignoring(errno: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (errnoOf(error) !== errno) throw error;
  }
}
