import type { Command } from "commander";
import type { CliIo } from "../../io.ts";
import { note, show } from "../../output.ts";
import { placeOf } from "../../s3.ts";
import { readPassphrase, type RepoOptions, storeConfigOf } from "../../repository.ts";
import { repoCommand } from "./options.ts";

export function registerInit(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "init",
    "Make a new repository in a folder or a bucket, encrypted under a passphrase.",
    "baas repo init --repo /srv/backups",
  ).action(async (options: RepoOptions) => {
    const passphrase = await readPassphrase(io, "create");
    const [{ openStore }, { createPassphraseSlot, passphraseKeyManager }, { createRepository }] = await Promise.all([
      import("../../../../engine/store/index.ts"),
      import("../../../../engine/keys/index.ts"),
      import("../../../../engine/repository/index.ts"),
    ]);
    const store_config = await storeConfigOf(io, options);
    const store = await openStore(store_config, io);
    try {
      const slot = createPassphraseSlot(io.random);
      const keys = passphraseKeyManager({ passphrase, slot, random: io.random });
      const { repository_id } = await createRepository({
        store,
        keys,
        cmk_key_id: slot.slot_id,
        clock: io.clock,
        random: io.random,
        slot,
      });
      show(
        io,
        options,
        { repository_id, repo: placeOf(store_config) },
        (made) => `repository ${made.repository_id} made in ${made.repo}`,
      );
      note(io, options, "Keep the passphrase in a second place: without it the backups cannot be read by anyone.");
    } finally {
      await store.close();
    }
  });
}
