import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, isId, type Random } from "../../base/index.ts";
import { keyError } from "../keys/index.ts";
import { type AccessList, accessSchema } from "./access.ts";
import { removeTemporaryFiles, replaceFile, requirePrivate } from "./files.ts";
import { type KeyRecord, keyRecordSchema } from "./key-record.ts";
import type { RootSecret } from "./root-secret.ts";
import { ACCESS_NAME, KEYS_FOLDER, KEYSTORE_NAME, keystoreSchema } from "./set-up.ts";

/** The records of a key folder, on disk and in memory alike: memory is what was last read back from the disk. */
export class KeyFiles {
  readonly keys = new Map<string, KeyRecord>();
  readonly #dir: string;
  readonly #secret: RootSecret;
  readonly #random: Random;
  #access: AccessList;

  private constructor(dir: string, secret: RootSecret, random: Random, access: AccessList) {
    this.#dir = dir;
    this.#secret = secret;
    this.#random = random;
    this.#access = access;
  }

  /** Reads and checks everything. @throws KEY_STORE_UNSAFE, KEY_STORE_DAMAGED, KEY_ROOT_SECRET_WRONG */
  static async open(dir: string, secret: RootSecret, random: Random): Promise<KeyFiles> {
    const folder = join(dir, KEYS_FOLDER);
    for (const path of [dir, folder, join(dir, ACCESS_NAME)]) await requirePrivate(path);
    for (const path of [dir, folder]) await removeTemporaryFiles(path);
    await checkRootSecret(dir, secret);
    const access = await readAccess(dir, secret);
    const files = new KeyFiles(dir, secret, random, access);
    for (const name of await readdir(folder)) {
      const key_id = name.replace(/\.json$/, "");
      if (isId("cmk", key_id)) await files.#readKey(key_id);
      else throw keyError("KEY_STORE_DAMAGED", `${name} does not belong into the key folder`, { file: name });
    }
    return files;
  }

  get access(): AccessList {
    return this.#access;
  }

  async writeAccess(access: AccessList): Promise<void> {
    const text = this.#secret.writeRecord(ACCESS_NAME, access);
    await this.#write(
      () => replaceFile(this.#dir, ACCESS_NAME, text, this.#random),
      async () => {
        this.#access = await readAccess(this.#dir, this.#secret);
      },
    );
  }

  async writeKey(record: KeyRecord): Promise<void> {
    const name = fileName(record.key_id);
    const text = this.#secret.writeRecord(name, record);
    const folder = join(this.#dir, KEYS_FOLDER);
    await this.#write(
      () => replaceFile(folder, name, text, this.#random, { erase_old: true }),
      () => this.#readKey(record.key_id),
    );
  }

  async #readKey(key_id: string): Promise<void> {
    const name = fileName(key_id);
    let text: string;
    try {
      text = await readFile(join(this.#dir, KEYS_FOLDER, name), "utf8");
    } catch (error) {
      // A key whose first write failed.
      if ((error as NodeJS.ErrnoException).code === "ENOENT" && !this.keys.has(key_id)) return;
      throw error;
    }
    this.keys.set(key_id, this.#secret.readRecord(name, text, keyRecordSchema));
  }

  /** Memory follows the file, also when the write failed after the rename. */
  async #write(replace: () => Promise<void>, reload: () => Promise<void>): Promise<void> {
    try {
      await replace();
    } catch (error) {
      await reload();
      const reason = error instanceof Error ? error.message : String(error);
      throw keyError("KEY_STORE_WRITE_FAILED", `${this.#dir}: ${reason}`, {}, error);
    }
    await reload();
  }
}

function fileName(key_id: string): string {
  return `${key_id}.json`;
}

async function readAccess(dir: string, secret: RootSecret): Promise<AccessList> {
  return secret.readRecord(ACCESS_NAME, await readFile(join(dir, ACCESS_NAME), "utf8"), accessSchema);
}

async function checkRootSecret(dir: string, secret: RootSecret): Promise<void> {
  try {
    secret.readRecord(KEYSTORE_NAME, await readFile(join(dir, KEYSTORE_NAME), "utf8"), keystoreSchema);
  } catch (error) {
    if (!hasCode(error, "KEY_STORE_DAMAGED")) throw error;
    throw keyError("KEY_ROOT_SECRET_WRONG", `the root secret is not the one ${dir} was set up with`, { dir }, error);
  }
}
