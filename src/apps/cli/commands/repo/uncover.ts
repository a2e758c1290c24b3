import type { Command } from "commander";
import type { Covered } from "../../../../engine/store/index.ts";
import { cliError } from "../../errors.ts";
import type { CliIo } from "../../io.ts";
import { showList } from "../../output.ts";
import { type RepoOptions, storeConfigOf } from "../../repository.ts";
import { repoCommand } from "./options.ts";

interface UncoverOptions extends RepoOptions {
  readonly dryRun?: boolean;
}

/** Found objects are kept for the list; an attack on more than this is told in parts. */
const SHOWN_MAX = 100_000;

export function registerUncover(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "uncover",
    "Bring locked objects of a bucket back to light that somebody has overwritten or deleted.\n" +
      "Needs no passphrase; also for everything below a region's prefix.",
    "baas repo uncover --repo s3://backups-dha/holdfast --dry-run",
  )
    .option("--dry-run", "only tell which objects are covered")
    .action(async (options: UncoverOptions) => {
      const config = await storeConfigOf(io, options);
      if (config.kind !== "s3") throw cliError("CLI_USAGE", "only a bucket keeps versions: --repo s3://bucket/prefix");
      const { uncover } = await import("../../../../engine/store/index.ts");
      const found: Covered[] = [];
      for await (const each of uncover(config, {
        clock: io.clock,
        random: io.random,
        dry_run: options.dryRun === true,
        signal: io.signal,
      })) {
        found.push(each);
        if (found.length === SHOWN_MAX) break;
      }
      showList(
        io,
        options,
        found,
        [
          { title: "object", value: (row) => row.key },
          { title: "above it", value: (row) => row.above, align: "right" },
          { title: "outcome", value: (row) => row.outcome },
        ],
        "nothing is covered",
      );
    });
}
