import { type Command, InvalidArgumentError } from "commander";
import { DURATION, duration_ms } from "../../../../base/index.ts";
import { formatTime } from "../../format.ts";
import type { CliIo } from "../../io.ts";
import { show } from "../../output.ts";
import { type RepoOptions, resolveBackupId, withRepository } from "../../repository.ts";
import { repoCommand } from "./options.ts";

/** How long a deleted backup can be brought back, unless told otherwise. */
const RECOVERABLE = "14d";

interface ForgetOptions extends RepoOptions {
  readonly recoverable: string;
}

/** What was done to each backup; field names are stable. */
interface Forgotten {
  readonly backup_id: string;
  readonly recoverable_until: string;
}

export function registerForget(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "forget",
    "Delete backups. They can be brought back until the date it tells; a sweep after it frees their storage.\n" +
      "A locked backup is refused before its date. `latest` and the unique beginning of an id do as well.",
    "baas repo forget --repo /srv/backups bkp_01m82fn4m7b1bcgh598b1rgqfe",
  )
    .argument("<backup...>", "ids of backups")
    .option("--recoverable <span>", "how long they can be brought back, e.g. 14d; 0d is not at all", span, RECOVERABLE)
    .action(async (wanted: readonly string[], options: ForgetOptions) => {
      const done = await withRepository(io, options, async (repository) => {
        const until_ms = io.clock.now_ms() + duration_ms(options.recoverable);
        const ids = await Promise.all(wanted.map((id) => resolveBackupId(repository, id)));
        const forgotten: Forgotten[] = [];
        for (const backup_id of new Set(ids)) {
          await repository.forget(backup_id, until_ms);
          forgotten.push({ backup_id, recoverable_until: new Date(until_ms).toISOString() });
        }
        return forgotten;
      });
      show(io, options, done, (rows) =>
        rows
          .map(
            ({ backup_id, recoverable_until }) =>
              `deleted ${backup_id}, to be brought back until ${formatTime(recoverable_until)}`,
          )
          .join("\n"),
      );
    });
}

export function registerUndelete(repo: Command, io: CliIo): void {
  repoCommand(
    repo,
    "undelete",
    "Bring deleted backups back, until their date.",
    "baas repo undelete --repo /srv/backups bkp_01m82fn4m7b1bcgh598b1rgqfe",
  )
    .argument("<backup...>", "ids of deleted backups")
    .action(async (wanted: readonly string[], options: RepoOptions) => {
      const done = await withRepository(io, options, async (repository) => {
        const ids: string[] = [];
        for (const id of wanted) ids.push(await resolveBackupId(repository, id));
        for (const id of ids) await repository.undelete(id);
        return ids.map((backup_id) => ({ backup_id }));
      });
      show(io, options, done, (rows) => rows.map(({ backup_id }) => `${backup_id} is back`).join("\n"));
    });
}

function span(text: string): string {
  if (!DURATION.test(text)) throw new InvalidArgumentError("a span such as 14d or 36h");
  return text;
}
