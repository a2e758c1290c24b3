import { type Command, InvalidArgumentError } from "commander";
import type { Manifest, Repository } from "../../../../engine/repository/index.ts";
import type { CliIo } from "../../io.ts";
import { type RepoOptions, resolveBackupId, withRepository } from "../../repository.ts";
import { repoCommand } from "./options.ts";

export function registerCat(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "cat",
    "Print what is stored: `config` (the repository's), or `manifest BACKUP` (a backup's, signature checked). Always JSON.",
    "baas repo cat --repo /srv/backups manifest latest",
  )
    .argument("<what>", "config or manifest", (value) => {
      if (value !== "config" && value !== "manifest") throw new InvalidArgumentError("config or manifest");
      return value;
    })
    .argument("[backup]", "backup id, its beginning, or `latest` (the default)", "latest")
    .action(async (what: "config" | "manifest", backup: string, options: RepoOptions) => {
      const value = await withRepository(io, options, async (repository) =>
        what === "config"
          ? readConfig(repository)
          : manifestJson(await repository.readManifest(await resolveBackupId(repository, backup))),
      );
      io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    });
}

/** A JSON object of the format: canonical JSON, a line feed, its checksum. Opening the repository has checked it. */
async function readConfig(repository: Repository): Promise<unknown> {
  const text = (await repository.store.get("config")).toString("utf8");
  return JSON.parse(text.slice(0, text.indexOf("\n")));
}

function manifestJson(manifest: Manifest): object {
  return { ...manifest, roots: manifest.roots.map((root) => root.toString("utf8")) };
}
