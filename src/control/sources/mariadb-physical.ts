/** Restores of MariaDB out of copied files. */
import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type BackupFiles,
  checkPhysicalHost,
  copyInto,
  findMariaHost,
  isPhysical,
  keepOnly,
  leaveAccounts,
  type MariaBackupDetails,
  MariaInstance,
  mariaError,
  type PhysicalFacts,
  physicalSettings,
  prepareFiles,
  RESTORE_ACCOUNT,
  selectDatabases,
} from "../../engine/source/mariadb/index.ts";
import type { DriverRestore, FinishContext, Finished } from "./driver.ts";
import { type MariaSource, namesOf, pointsOf, read, replay, serverOf, validated } from "./mariadb-restore.ts";

type Physical = MariaBackupDetails & { readonly physical: PhysicalFacts };

/** @throws what stands in the way */
export async function planPhysical(
  restore: DriverRestore<MariaSource>,
  details: Physical,
  notes: string[],
): Promise<void> {
  const { options } = read(restore);
  if (restore.target_dir === null)
    throw mariaError(
      "MARIA_SELECTION",
      "copied files are restored beside the server: into a new one, or with `only` and server_host into a running one",
    );
  if (options.server_host !== undefined && options.only === undefined)
    throw mariaError("MARIA_SELECTION", "say with `only` which databases or tables of copied files go into a server");
  if (options.into_database !== undefined && selectDatabases(details.databases, namesOf(options.only)).length !== 1)
    throw mariaError("MARIA_SELECTION", "choose one database, or tables of one, to go into another database");
  if (options.into_database !== undefined && options.server_host === undefined)
    throw mariaError("MARIA_SELECTION", "into_database is for a running server: name it with server_host");
  notes.push(...checkPhysicalHost(details, await findMariaHost(options.bin_dir, options.account)));
  notes.push("its files are prepared by mariadb-backup");
}

/** Lays files become a server's; what was chosen of it may go on into another one. */
export async function onCopiedFiles(
  restore: DriverRestore<MariaSource>,
  files: BackupFiles,
  folder: string,
  context: FinishContext,
): Promise<Finished> {
  const { details, options } = read(restore);
  if (!isPhysical(details)) throw mariaError("MARIA_SELECTION", "the backup holds no copied files");
  const { clock, source } = restore;
  const host = await findMariaHost(options.bin_dir, options.account);
  const instance = new MariaInstance(join(folder, "server"), host, clock, RESTORE_ACCOUNT);
  const prepared = join(folder, "prepared");
  const begun = clock.monotonic_ms();
  if (!(await exists(prepared))) {
    // Preparing bears being repeated, also by an attempt that finds the folder moved already.
    if (await exists(join(folder, "data"))) await rm(instance.folder, { recursive: true, force: true });
    await prepareFiles(folder, instance, context.signal);
    await writeFile(prepared, "");
  }
  const prepare_seconds = rounded(clock.monotonic_ms() - begun);
  const settings = await physicalSettings(details, instance);
  const [point] = pointsOf(options);
  const only = namesOf(options.only);
  const marker = join(instance.folder, "restored");
  let told: Record<string, unknown> = { prepare_seconds, incremental_from: details.physical.incremental_from };
  await instance.start("normal", settings);
  if (!(await exists(marker))) {
    if (point !== undefined) told = { ...told, ...(await replay(restore, point, instance, context)) };
    if (options.server_host !== undefined) {
      const target = await serverOf(restore, options);
      for (const each of selectDatabases(details.databases, only))
        await copyInto(
          host,
          instance,
          target,
          each,
          { into: options.into_database, replace: options.replace },
          context.signal,
        );
      await instance.stop();
      return { details: { ...told, copied: only, into: options.server_host } };
    }
    if (only.length > 0) await keepOnly(instance.target, only);
    await writeFile(marker, "");
  }
  const checked = await validated(restore, files, instance.target, false, context);
  if (!options.start) {
    await leaveAccounts(instance);
    await instance.stop();
  }
  return {
    details: { ...told, ...checked, connect: instance.socket, user: RESTORE_ACCOUNT, running: options.start },
    source: {
      ...source,
      host: instance.socket,
      user: RESTORE_ACCOUNT,
      password: undefined,
      tls: { mode: "disable" as const },
      binlog: { ...source.binlog, enabled: false },
      physical: undefined,
    },
  };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
const rounded = (ms: number): number => Math.round(ms) / 1000;
