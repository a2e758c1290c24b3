/** A repository, a source and a target in a temporary folder, for suites that use the engine through its doors. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId, systemClock as clock, systemRandom as random } from "../../src/base/index.ts";
import { type BackupOptions, type BackupReport, runBackup } from "../../src/engine/backup/index.ts";
import { checkRepository, verifyBackup } from "../../src/engine/check/index.ts";
import { createPassphraseSlot, type KeyManager, passphraseKeyManager } from "../../src/engine/keys/index.ts";
import {
  type CreateRepositoryOptions,
  createRepository,
  openRepository,
  type Repository,
  readPassphraseSlot,
} from "../../src/engine/repository/index.ts";
import { planRestore, type RestoreReport, type RestoreRequest, runRestore } from "../../src/engine/restore/index.ts";
import { type ObjectStore, openStore } from "../../src/engine/store/index.ts";

export { clock, random };

export const isRoot = process.getuid?.() === 0;
export const needsRoot = isRoot ? false : "needs root";

const PASSPHRASE = "correct horse battery staple";
/** The cheapest derivation a slot may ask for: these suites test no passphrases and open repositories all the time. */
const CHEAP = { n: 2 ** 14, r: 8, p: 1 };
const managers = new Map<string, KeyManager>();

/** A manager derives its key once, so one for each slot serves a whole suite. */
function managerOf(slot: unknown): KeyManager {
  const name = JSON.stringify(slot);
  let manager = managers.get(name);
  if (manager === undefined) {
    manager = passphraseKeyManager({ passphrase: PASSPHRASE, slot });
    managers.set(name, manager);
  }
  return manager;
}

export interface OpenedRepository extends AsyncDisposable {
  readonly repository: Repository;
  readonly store: ObjectStore;
}

/** Opens the repository in a folder the way a process of its own would. */
export async function openAt(path: string): Promise<OpenedRepository> {
  const store_config = { kind: "fs", path } as const;
  const store = await openStore(store_config, { clock, random });
  try {
    const keys = managerOf(await readPassphraseSlot(store));
    const repository = await openRepository({ store, store_config, keys, clock, random });
    return { repository, store, [Symbol.asyncDispose]: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

export async function createAt(path: string, sizes: CreateRepositoryOptions["sizes"] = {}): Promise<void> {
  const store = await openStore({ kind: "fs", path }, { clock, random });
  const slot = { ...createPassphraseSlot(random), ...CHEAP };
  const keys = managerOf(slot);
  await createRepository({ store, keys, cmk_key_id: slot.slot_id, clock, random, slot, sizes });
  await store.close();
}

/** Frames and packs so small that a few megabytes make many of each. */
export const SMALL_SIZES = {
  chunker: { min_bytes: 2048, avg_bytes: 4096, max_bytes: 16_384, normalization: 2 },
  frame_bytes: 65_536,
  pack_bytes: 1024 * 1024,
} as const;

export class World implements Disposable {
  readonly folder: string;
  readonly repo: string;
  readonly source: string;
  #targets = 0;

  private constructor(base: string) {
    this.folder = mkdtempSync(join(base, "holdfast-engine-"));
    this.repo = join(this.folder, "repo");
    this.source = join(this.folder, "source");
    mkdirSync(this.source);
  }

  static async create(sizes: CreateRepositoryOptions["sizes"] = {}, base = tmpdir()): Promise<World> {
    const world = new World(base);
    await createAt(world.repo, sizes);
    return world;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** A name for something new in the folder. */
  path(name: string): string {
    return join(this.folder, `${name}-${++this.#targets}`);
  }

  async backup(options: Partial<BackupOptions> = {}, repo = this.repo): Promise<BackupReport> {
    await using opened = await openAt(repo);
    return await runBackup({
      repository: opened.repository,
      backup_id: newId("bkp", clock, random),
      source: { kind: "files", paths: [this.source] },
      labels: {},
      clock,
      threads: 2,
      ...options,
    });
  }

  /** Restores into a new folder (or the one given) and returns both. */
  async restore(
    backup_id: string,
    options: Partial<Omit<RestoreRequest, "repository" | "backup_id">> & {
      readonly to?: string;
      readonly repo?: string;
    } = {},
  ): Promise<RestoreReport & { readonly target: string }> {
    const { to, repo, ...request } = options;
    const target = to ?? this.path("target");
    await using opened = await openAt(repo ?? this.repo);
    const plan = await planRestore({
      repository: opened.repository,
      backup_id,
      target: { kind: "folder", path: target },
      clock,
      threads: 2,
      ...request,
    });
    return { ...(await runRestore(plan)), target };
  }

  async verify(backup_id: string, repo = this.repo) {
    await using opened = await openAt(repo);
    return await verifyBackup({ repository: opened.repository, backup_id, read_data: true, threads: 1 });
  }

  async check(repo = this.repo) {
    await using opened = await openAt(repo);
    return await checkRepository({ repository: opened.repository, read_data: true, threads: 1 });
  }

  /** Backs the source up, restores it and compares; for when only the round trip matters. */
  async roundTrip(options: Partial<BackupOptions> = {}): Promise<{ report: BackupReport; target: string }> {
    const report = await this.backup(options);
    const { target, failed } = await this.restore(report.backup_id);
    if (failed.length > 0) throw new Error(`restore failed for ${JSON.stringify(failed)}`);
    assertSameTree(this.source, target);
    return { report, target };
  }
}

export function sh(command: string, cwd = "/"): string {
  return execFileSync("bash", ["-ceu", "-o", "pipefail", command], {
    cwd,
    encoding: "latin1",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Everything that tools other than ours see of a tree: a line a path, with content, metadata, xattrs and ACLs. */
export function describeTree(folder: string): string {
  const stat = sh(
    `find . -print0 | LC_ALL=C sort -z | xargs -0 -r stat --printf '%n|%F|%a|%u|%g|%h|%s|%y|%t:%T|\\n' -- | sed -E 's/(\\|directory\\|[0-7]+\\|[0-9]+\\|[0-9]+)\\|[0-9]+\\|[0-9]+/\\1|-|-/'`,
    folder,
  );
  const links = sh(`find . -type l -printf '%P -> %l\\n' | LC_ALL=C sort`, folder);
  const attributes = sh(
    `find . -print0 | LC_ALL=C sort -z | xargs -0 -r getfattr -h -d -m - -e hex -- 2>/dev/null | sed '/^security.selinux=/d'`,
    folder,
  );
  const sums = sh(`find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum --`, folder);
  // Which names are links of each other, not which inode they share.
  const hard = sh(
    `find . -type f -links +1 -printf '%i %P\\n' | LC_ALL=C sort -k2 | awk '{ if (!($1 in n)) n[$1] = ++c; $1 = n[$1]; print }'`,
    folder,
  );
  return [stat, links, attributes, sums, hard].join("\n===\n");
}

/** A description of a tree whose hard links came as files, as in our archives. */
export function withoutLinkCounts(description: string): string {
  const [stat = "", ...parts] = description.split("\n===\n");
  const lines = stat.split("\n").map((line) =>
    line
      .split("|")
      .filter((_, i) => i !== 5)
      .join("|"),
  );
  return [lines.join("\n"), ...parts.slice(0, -1)].join("\n===\n");
}

/** Fails with diff's own words when two trees differ in content, kind, metadata, xattrs, ACLs or hard links. */
export function assertSameTree(expected: string, found: string): void {
  const [a, b] = [describeTree(expected), describeTree(found)];
  if (a === b) return;
  const [left, right] = [a.split("\n"), b.split("\n")];
  const missing = left.filter((line) => !right.includes(line)).slice(0, 15);
  const extra = right.filter((line) => !left.includes(line)).slice(0, 15);
  throw new Error(
    `the trees differ\nonly in ${expected}:\n${missing.join("\n")}\nonly in ${found}:\n${extra.join("\n")}`,
  );
}

/** Keys of all stored objects. */
export function objectsOf(repo: string): string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const name of readdirSync(join(repo, folder)).sort()) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (name.startsWith(".")) continue;
      if (statSync(join(repo, path)).isDirectory()) walk(path);
      else found.push(path);
    }
  };
  if (existsSync(repo)) walk("");
  return found;
}
