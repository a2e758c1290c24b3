/** The data that is protected: random files, some of which change each day, and a copy of how it was at each backup. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Dice } from "../../sim/dice.ts";
import { noise } from "../crash/tree.ts";

const FILES = 48;
const FILE_BYTES_MAX = 128_000;

/** Contents by their digest: what a backup needs at least, for they do not compress. */
export type Contents = ReadonlyMap<string, number>;

export class Source {
  readonly path: string;
  readonly #kept: string;
  readonly #dice: Dice;
  readonly #contents = new Map<string, Contents>();
  #count = 0;

  readonly #changed_a_day: number;

  /** @param changed_a_day how many of the {@link FILES} files are written anew each day */
  constructor(dir: string, dice: Dice, changed_a_day: number) {
    this.#changed_a_day = changed_a_day;
    this.path = join(dir, "source");
    this.#kept = join(dir, "kept");
    this.#dice = dice;
    mkdirSync(this.path);
    mkdirSync(this.#kept);
    for (let i = 0; i < FILES; i++) this.#write(`d${i % 5}/f${i}`);
  }

  /** A day's work: some files are written anew, now and then one goes, one comes, or one is moved. */
  change(): void {
    const names = this.#names();
    for (let i = 0; i < this.#changed_a_day; i++) this.#write(this.#dice.pick(names));
    if (this.#dice.happens(0.2)) this.#write(`d${this.#dice.below(5)}/new${this.#count}`);
    if (this.#dice.happens(0.2)) rmSync(join(this.path, this.#dice.pick(names)), { force: true });
    const [from, to] = [this.#dice.pick(this.#names()), `d${this.#dice.below(5)}/moved${this.#count}`];
    if (this.#dice.happens(0.1)) renameSync(join(this.path, from), join(this.path, to));
  }

  /** Keeps how it is now, under a backup's name. */
  keep(backup_id: string): void {
    // Hard links: a file is never written in place here.
    execFileSync("cp", ["-al", this.path, join(this.#kept, backup_id)]);
    const contents = new Map<string, number>();
    for (const name of this.#names()) {
      const bytes = readFileSync(join(this.path, name));
      contents.set(createHash("sha256").update(bytes).digest("hex"), bytes.length);
    }
    this.#contents.set(backup_id, contents);
  }

  kept(backup_id: string): string {
    return join(this.#kept, backup_id);
  }

  knows(backup_id: string): boolean {
    return this.#contents.has(backup_id);
  }

  /** Bytes of all different contents of these backups. */
  needed(backup_ids: readonly string[]): number {
    const all = new Map(backup_ids.flatMap((id) => [...(this.#contents.get(id) ?? [])]));
    return [...all.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Only these may still be asked for. */
  forgetOthers(backup_ids: ReadonlySet<string>): void {
    for (const id of this.#contents.keys()) {
      if (backup_ids.has(id)) continue;
      this.#contents.delete(id);
      rmSync(this.kept(id), { recursive: true });
    }
  }

  #names(): string[] {
    return readdirSync(this.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.path.length + 1))
      .sort();
  }

  #write(name: string): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    const content = noise(8000 + this.#dice.below(FILE_BYTES_MAX), `${this.#count++} ${this.#dice.below(2 ** 30)}`);
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
  }
}
