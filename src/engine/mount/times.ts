import type { Clock } from "../../base/index.ts";
import type { ShownFile, ShownNode, ShownTree } from "./types.ts";

/** How long a list of backups counts. */
const LIST_MS = 60_000;
/** Backups open at a time. */
const OPEN_MAX = 8;

export interface TimedBackup {
  readonly backup_id: string;
  readonly created_at_ms: number;
}

/** Backups as folders named by the time they were made, in this machine's time zone: `2026-11-03T02:00/…`. */
export class TimesTree implements ShownTree {
  readonly #list: () => Promise<readonly TimedBackup[]>;
  readonly #open: (backup: TimedBackup) => Promise<ShownTree>;
  readonly #clock: Clock;
  readonly #trees = new Map<string, Promise<ShownTree>>();
  #names: Promise<ReadonlyMap<string, TimedBackup>> | undefined;
  #listed_ms = 0;

  constructor(
    list: () => Promise<readonly TimedBackup[]>,
    open: (backup: TimedBackup) => Promise<ShownTree>,
    clock: Clock,
  ) {
    this.#list = list;
    this.#open = open;
    this.#clock = clock;
  }

  async find(path: Buffer): Promise<ShownNode | undefined> {
    if (path.length === 0) return folder("/", this.#clock.now_ms());
    const { name, rest } = split(path);
    const backup = (await this.#backups()).get(name);
    if (backup === undefined) return undefined;
    if (rest.length === 0) return folder(name, backup.created_at_ms);
    return (await this.#tree(backup)).find(rest);
  }

  async list(path: Buffer): Promise<readonly ShownNode[]> {
    if (path.length === 0)
      return [...(await this.#backups())].map(([name, { created_at_ms }]) => folder(name, created_at_ms));
    const { name, rest } = split(path);
    const backup = (await this.#backups()).get(name);
    return backup === undefined ? [] : (await this.#tree(backup)).list(rest);
  }

  async open(path: Buffer, node: ShownNode): Promise<ShownFile> {
    const { name, rest } = split(path);
    const backup = (await this.#backups()).get(name) as TimedBackup;
    return (await this.#tree(backup)).open(rest, node);
  }

  async close(): Promise<void> {
    for (const tree of this.#trees.values()) await closeTree(tree);
    this.#trees.clear();
  }

  #backups(): Promise<ReadonlyMap<string, TimedBackup>> {
    const now_ms = this.#clock.monotonic_ms();
    if (this.#names === undefined || now_ms - this.#listed_ms > LIST_MS) {
      const listing = this.#list().then(named);
      listing.catch(() => (this.#names = undefined));
      this.#names = listing;
      this.#listed_ms = now_ms;
    }
    return this.#names;
  }

  #tree(backup: TimedBackup): Promise<ShownTree> {
    const known = this.#trees.get(backup.backup_id);
    if (known !== undefined) {
      this.#trees.delete(backup.backup_id);
      this.#trees.set(backup.backup_id, known);
      return known;
    }
    const opening = this.#open(backup);
    this.#trees.set(backup.backup_id, opening);
    opening.catch(() => this.#trees.delete(backup.backup_id));
    if (this.#trees.size > OPEN_MAX) {
      const [oldest, tree] = this.#trees.entries().next().value as [string, Promise<ShownTree>];
      this.#trees.delete(oldest);
      void closeTree(tree);
    }
    return opening;
  }
}

async function closeTree(tree: Promise<ShownTree>): Promise<void> {
  await tree.then((opened) => opened.close?.()).catch(() => undefined);
}

/** Names to the minute; to the second, and further by id, where that is not enough to tell two apart. */
function named(backups: readonly TimedBackup[]): ReadonlyMap<string, TimedBackup> {
  const names = new Map<string, TimedBackup>();
  for (const backup of [...backups].sort((a, b) => a.created_at_ms - b.created_at_ms)) {
    const text = localTime(backup.created_at_ms);
    const candidates = [text.slice(0, 16), text, `${text}-${backup.backup_id}`];
    names.set(candidates.find((name) => !names.has(name)) ?? backup.backup_id, backup);
  }
  return names;
}

function localTime(at_ms: number): string {
  const date = new Date(at_ms);
  const pad = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

function split(path: Buffer): { readonly name: string; readonly rest: Buffer } {
  const slash = path.indexOf(47);
  if (slash < 0) return { name: path.toString(), rest: Buffer.alloc(0) };
  return { name: path.subarray(0, slash).toString(), rest: path.subarray(slash + 1) };
}

function folder(name: string, at_ms: number): ShownNode {
  const mtime_ns = BigInt(at_ms) * 1_000_000n;
  const shape = { mode: 0o40755, uid: 0, gid: 0, nlink: 2, size: 0, mtime_ns, link_target: undefined, xattrs: [] };
  return { name: Buffer.from(name), type: "directory", ...shape };
}
