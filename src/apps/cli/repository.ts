import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Repository } from "../../engine/repository/index.ts";
import type { ObjectStore, StoreConfig } from "../../engine/store/index.ts";
import { cliError } from "./errors.ts";
import type { CliIo, CommonOptions } from "./io.ts";
import { askSecret, isInteractive } from "./prompt.ts";
import { placeOf, s3ConfigOf, type S3Options } from "./s3.ts";

/** Options of every `baas repo` command. */
export interface RepoOptions extends CommonOptions, S3Options {
  readonly repo: string;
}

/** The store config of `--repo DIR` or `--repo s3://bucket/prefix`. @throws STORE_BAD_CONFIG */
export async function storeConfigOf(io: CliIo, options: RepoOptions): Promise<StoreConfig> {
  if (options.repo.startsWith("s3:")) return s3ConfigOf(io, options.repo, options);
  return { kind: "fs", path: resolve(io.cwd, options.repo) };
}

/**
 * BAAS_REPO_PASSWORD, or what is typed without echo; typed twice for a new repository.
 * @throws CLI_PASSPHRASE_MISSING, CLI_PASSPHRASE_MISMATCH, CLI_INTERRUPTED
 */
export async function readPassphrase(io: CliIo, purpose: "open" | "create"): Promise<string> {
  const given = io.env["BAAS_REPO_PASSWORD"];
  if (given !== undefined && given !== "") return given;
  if (!isInteractive(io)) throw cliError("CLI_PASSPHRASE_MISSING", "no passphrase, and no terminal to ask on");
  const typed = await askSecret(io, purpose === "create" ? "Passphrase of the new repository: " : "Passphrase: ");
  if (typed === "") throw cliError("CLI_PASSPHRASE_MISSING", "the passphrase is empty");
  if (purpose === "create" && (await askSecret(io, "The same once more: ")) !== typed) {
    throw cliError("CLI_PASSPHRASE_MISMATCH", "the two passphrases differ");
  }
  return typed;
}

/**
 * Opens the repository of `--repo DIR` with its passphrase, runs `work` and closes it again, whatever happens.
 * @param meanwhile loads what the work needs while the passphrase's key is derived
 * @throws CLI_REPOSITORY_NOT_FOUND, CLI_REPOSITORY_MANAGED, KEY_WRONG_PASSPHRASE and whatever `work` throws
 */
export async function withRepository<T>(
  io: CliIo,
  options: RepoOptions,
  work: (repository: Repository) => Promise<T>,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<T> {
  const store_config = await storeConfigOf(io, options);
  if (store_config.kind === "fs") await requireConfig(store_config.path);
  const [{ openStore }, { passphraseKeyManager }, { openRepository, readPassphraseSlot }] = await Promise.all([
    import("../../engine/store/index.ts"),
    import("../../engine/keys/index.ts"),
    import("../../engine/repository/index.ts"),
  ]);
  const store: ObjectStore = await openStore(store_config, io);
  try {
    const slot = await readPassphraseSlot(store);
    if (slot === undefined) {
      const place = placeOf(store_config);
      if ((await store.stat("config")) === undefined) throw noRepository(place);
      throw cliError("CLI_REPOSITORY_MANAGED", `${place} is not opened by a passphrase`, { path: place });
    }
    const keys = passphraseKeyManager({ passphrase: await readPassphrase(io, "open"), slot, random: io.random });
    const opening = openRepository({ store, store_config, keys, clock: io.clock, random: io.random });
    const preparing = meanwhile();
    preparing.catch(() => undefined); // thrown where it is awaited, after what opening says
    const repository = await opening;
    try {
      await preparing;
      return await work(repository);
    } finally {
      await repository.close();
    }
  } finally {
    await store.close();
  }
}

/** Opening a store makes its folders, and a folder that was only misspelt should not get any. */
async function requireConfig(path: string): Promise<void> {
  try {
    await access(join(path, "config"));
  } catch (error) {
    throw noRepository(path, error);
  }
}

function noRepository(path: string, cause?: unknown) {
  return cliError("CLI_REPOSITORY_NOT_FOUND", `there is no repository in ${path}`, { path }, cause);
}

/**
 * A backup id as it is, `latest` as that of the newest backup that is not deleted, or a unique beginning of an id.
 * @throws CLI_BACKUP_NOT_FOUND
 */
export async function resolveBackupId(repository: Repository, wanted: string): Promise<string> {
  const ids = await repository.listBackupIds();
  if (wanted === "latest") {
    const forgotten = await repository.readForgotten();
    const newest = ids.filter((id) => !forgotten.has(id)).at(-1);
    if (newest === undefined) throw cliError("CLI_BACKUP_NOT_FOUND", "the repository holds no backup yet");
    return newest;
  }
  const found = ids.filter((id) => id === wanted || id.startsWith(wanted));
  if (found.length === 1 && wanted !== "") return found[0] as string;
  const reason = found.length === 0 ? "is no backup of this repository" : `is the beginning of ${found.length} backups`;
  throw cliError("CLI_BACKUP_NOT_FOUND", `${wanted} ${reason}`, { backup_id: wanted });
}
