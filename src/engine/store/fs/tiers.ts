import { lstat, mkdir, readFile, realpath, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Random } from "../../../base/index.ts";
import { errnoOf, storeError } from "../errors.ts";
import type { ObjectStat, StorageTier, Thaw } from "../port.ts";
import type { FileIo } from "./file-io.ts";
import { Folders } from "./folders.ts";
import type { Layout } from "./layout.ts";
import { statObject } from "./listing.ts";
import type { LockFiles } from "./lock-files.ts";
import { writeTempFile } from "./temp-files.ts";

export type ColderTier = Exclude<StorageTier, "hot">;
export const COLDER: readonly ColderTier[] = ["warm", "cold"];

export interface TierOptions {
  readonly layout: Layout;
  readonly io: FileIo;
  readonly random: Random;
  readonly paths: Readonly<Record<ColderTier, string>>;
  /** What stands between asking for a cold object and reading it; undefined: cold is a folder like any other. */
  readonly thaw_ms: number | undefined;
}

/**
 * The folders of the colder tiers: an object's path in one is its key, as in the store's own. They come into being with
 * the first move. An object that stands in two (a move was interrupted) counts as standing in the hotter one.
 */
export class TierFolders {
  readonly #options: TierOptions;
  readonly #folders = new Map<ColderTier, Folders>();
  #seen = false;

  constructor(options: TierOptions) {
    this.#options = options;
  }

  /** A layout whose objects are those of the tier; locks and all else are the store's. */
  layout(tier: ColderTier): Layout {
    const { layout, paths } = this.#options;
    const root = paths[tier];
    return { ...layout, object: (key) => (key === "" ? root : `${root}/${key}`) };
  }

  path(tier: StorageTier, key: string): string {
    return tier === "hot" ? this.#options.layout.object(key) : `${this.#options.paths[tier]}/${key}`;
  }

  /** Has anything ever been moved here? */
  async present(): Promise<boolean> {
    if (this.#seen) return true;
    for (const tier of COLDER) {
      try {
        await lstat(this.#options.paths[tier]);
        this.#seen = true;
      } catch (error) {
        if (errnoOf(error) !== "ENOENT" && errnoOf(error) !== "ENOTDIR") throw error;
      }
    }
    return this.#seen;
  }

  /** The object in the hottest of the colder tiers that has it. */
  async stat(
    key: string,
    locks: LockFiles,
    mayBeLocked = true,
  ): Promise<(ObjectStat & { readonly tier: ColderTier }) | undefined> {
    for (const tier of COLDER) {
      const found = await statObject(this.layout(tier), locks, key, mayBeLocked);
      if (found !== undefined) return { ...found, tier };
    }
    return undefined;
  }

  /** Removes it wherever it stands but in `but`. */
  async removeFrom(key: string, but: StorageTier): Promise<void> {
    if (!(await this.present())) return;
    const { io } = this.#options;
    for (const tier of ["hot", ...COLDER] as const) {
      if (tier === but) continue;
      const path = this.path(tier, key);
      try {
        await lstat(path);
      } catch (error) {
        if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") continue;
        throw error;
      }
      await io.unlink(path);
      await io.syncFolder(dirname(path));
    }
  }

  /** Writes the object's bytes into the tier, durably; where it stood before it stands still. */
  async write(tier: ColderTier, key: string, body: Buffer): Promise<void> {
    const { io, random, paths } = this.#options;
    const temp = join(paths[tier], ".tmp");
    if ((await mkdir(temp, { recursive: true, mode: 0o700 })) !== undefined) {
      for (let folder = paths[tier]; folder !== dirname(folder); folder = dirname(folder)) {
        await io.syncFolder(folder);
        if (folder === dirname(this.#options.layout.root)) break;
      }
    }
    let folders = this.#folders.get(tier);
    if (folders === undefined) {
      folders = new Folders(await realpath(paths[tier]), io);
      this.#folders.set(tier, folders);
    }
    await folders.ensure(key);
    const written = await writeTempFile(io, temp, random, [body]);
    await io.rename(written, this.path(tier, key));
    await folders.sync(key);
  }

  /** @throws STORE_ARCHIVED when it stands in the cold and has not been thawed, or not yet */
  async assertReadable(key: string, tier: StorageTier, now_ms: number): Promise<void> {
    if (tier !== "cold" || this.#options.thaw_ms === undefined) return;
    const thaw = await this.#readThaw(key);
    if (thaw !== undefined && now_ms >= thaw.ready_ms && now_ms < thaw.until_ms) return;
    const ready =
      thaw === undefined || now_ms >= thaw.until_ms ? "" : ` before ${new Date(thaw.ready_ms).toISOString()}`;
    const message = `${key} lies in the cold tier of ${this.#options.layout.root} and cannot be read${ready}`;
    throw storeError("STORE_ARCHIVED", message, { key });
  }

  /** Begins a thaw, or says how far one is. */
  async thaw(key: string, tier: StorageTier, keep_ms: number, now_ms: number): Promise<Thaw> {
    const { thaw_ms, layout, io, random } = this.#options;
    if (tier !== "cold" || thaw_ms === undefined) return { state: "ready", until_ms: null };
    const running = await this.#readThaw(key);
    if (running !== undefined && now_ms < running.until_ms) {
      const { ready_ms, until_ms } = running;
      return now_ms >= ready_ms ? { state: "ready", until_ms } : { state: "thawing", ready_ms };
    }
    const ready_ms = now_ms + thaw_ms;
    const until_ms = ready_ms + keep_ms;
    const path = this.#thawPath(key);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temp = await writeTempFile(io, layout.temp, random, [Buffer.from(JSON.stringify({ ready_ms, until_ms }))]);
    await io.rename(temp, path);
    return thaw_ms === 0 ? { state: "ready", until_ms } : { state: "thawing", ready_ms };
  }

  /** An object that has left the cold, or the store, is thawed no more. */
  forgetThaw(key: string): Promise<void> {
    return rm(this.#thawPath(key), { force: true });
  }

  #thawPath(key: string): string {
    return `${this.#options.layout.state}/thaw/${key}~thaw.json`;
  }

  async #readThaw(key: string): Promise<{ ready_ms: number; until_ms: number } | undefined> {
    try {
      const found = JSON.parse(await readFile(this.#thawPath(key), "utf8")) as { ready_ms: number; until_ms: number };
      return Number.isFinite(found.ready_ms) && Number.isFinite(found.until_ms) ? found : undefined;
    } catch (error) {
      if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return undefined; // it is asked for again
      throw error;
    }
  }
}
