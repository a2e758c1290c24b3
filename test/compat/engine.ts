import { systemClock as clock, newId, systemRandom as random } from "../../src/base/index.ts";
import { runBackup } from "../../src/engine/backup/index.ts";
import { createPassphraseSlot, passphraseKeyManager } from "../../src/engine/keys/index.ts";
import {
  createRepository,
  openRepository,
  type Repository,
  readPassphraseSlot,
} from "../../src/engine/repository/index.ts";
import { openStore } from "../../src/engine/store/index.ts";

/** Makes a repository in a folder, with the engine. */
export async function makeRepository(folder: string, passphrase: string): Promise<void> {
  const store = await openStore({ kind: "fs", path: folder }, { clock, random });
  try {
    const slot = createPassphraseSlot(random);
    const keys = passphraseKeyManager({ passphrase, slot });
    await createRepository({ store, keys, cmk_key_id: slot.slot_id, clock, random, slot });
  } finally {
    await store.close();
  }
}

/** Opens a repository in a folder with the engine, for as long as `use` takes. */
export async function withRepository<T>(
  folder: string,
  passphrase: string,
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  const store_config = { kind: "fs", path: folder } as const;
  const store = await openStore(store_config, { clock, random });
  try {
    const keys = passphraseKeyManager({ passphrase, slot: await readPassphraseSlot(store) });
    return await use(await openRepository({ store, store_config, keys, clock, random }));
  } finally {
    await store.close();
  }
}

/** Backs paths up. @returns the report; its id is new */
export function backUp(repository: Repository, paths: readonly string[], labels: Record<string, string> = {}) {
  const backup_id = newId("bkp", clock, random);
  return runBackup({ repository, backup_id, source: { kind: "files", paths }, labels, clock });
}
