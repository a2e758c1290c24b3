import { createReadStream } from "node:fs";
import { access, chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BackupReader } from "../../engine/browse/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import {
  type BackupFiles,
  checkSelection,
  findMariaHost,
  isPhysical,
  loadBackup,
  MARIA_KIND,
  type MariaBackupDetails,
  MariaInstance,
  mariaError,
  mariaRoot,
  type MariaTarget,
  openMariaPhysical,
  openMariaSource,
  readIndex,
  selectDatabases,
} from "../../engine/source/mariadb/index.ts";
import { mariaTargetOf } from "../archiving/index.ts";
import { rememberedOf } from "../validation/index.ts";
import type { DriverRestore, FinishContext, Finished, SourceDriver } from "./driver.ts";
import { onCopiedFiles, planPhysical } from "./mariadb-physical.ts";
import {
  type MariaSource,
  namesOf,
  optionsSchema,
  pointsOf,
  read,
  replay,
  serverOf,
  validated,
  wayTo,
} from "./mariadb-restore.ts";

/** A MariaDB server over its own protocol. */
export const mariadbDriver: SourceDriver<MariaSource> = {
  kind: MARIA_KIND,
  root: (_source, workload_id) => mariaRoot(workload_id),
  async open(source, { secret, clock, workload_id }) {
    const target = await mariaTargetOf(source, secret);
    const [root, remember] = [mariaRoot(workload_id), rememberedOf(source.validations)];
    const { physical, databases, connections } = source;
    if (physical === undefined) return openMariaSource({ target, root, clock, databases, connections, remember });
    const { incremental, ...host } = physical;
    return openMariaPhysical({ target, root, clock, incremental, host, remember });
  },
  restore: {
    options: optionsSchema,
    async plan(restore) {
      const { details, options } = read(restore);
      const only = namesOf(options.only);
      const notes: string[] = [];
      const physical = isPhysical(details) ? details : null;
      if (physical !== null) await planPhysical(restore, physical, notes);
      await withBackup(restore.repository, restore.manifest.backup_id, async (files) =>
        physical === null
          ? checkSelection(await readIndex(files), only, options.into_database)
          : selectDatabases(physical.databases, only),
      );
      const what = only.length === 0 ? "all databases" : only.join(", ");
      const at = new Date(details.snapshot_at_ms).toISOString();
      const server = options.server_host;
      if (server === undefined && restore.target_dir !== null) {
        const { version } = await findMariaHost(options.bin_dir, options.account);
        notes.push(`a new server (${version}; the backup is of ${details.version}) is made beside the files`);
      } else notes.push(`loaded into the server ${server ?? restore.source.host}`);
      notes.push(`${what} as of ${at}`);
      const [point] = pointsOf(options);
      if (point !== undefined) {
        if (restore.target_dir === null) throw mariaError("MARIA_SELECTION", "in place a backup is restored as it is");
        const { reach } = await wayTo(restore, point);
        notes.push(`then the binary log is replayed; it is held to ${new Date(reach.latest_ms).toISOString()}`);
        if (reach.gap !== null)
          notes.push(
            `it has a hole from ${reach.gap.from} to ${reach.gap.to}: nothing behind can be reached from this backup`,
          );
      }
      const overwrites =
        restore.target_dir === null || options.replace
          ? { overwrites: [`${what} on ${server ?? restore.source.host}`] }
          : {};
      return { notes, ...(server === undefined && restore.target_dir !== null ? {} : overwrites) };
    },
    finish: async (restore, context) => {
      const { options } = read(restore);
      const folder = String(restore.target_dir);
      const files: BackupFiles = { read: (path) => createReadStream(join(folder, path), { highWaterMark: 1 << 20 }) };
      if (isPhysical(read(restore).details)) return onCopiedFiles(restore, files, folder, context);
      if (options.server_host !== undefined) return intoServer(restore, files, context);
      return newServer(restore, files, folder, context);
    },
    inPlace: async (restore, context) =>
      withBackup(restore.repository, restore.manifest.backup_id, async (files) => intoServer(restore, files, context)),
  },
};

/** Files straight out of the backup. */
async function withBackup<T>(
  repository: Repository,
  backup_id: string,
  work: (files: BackupFiles) => Promise<T>,
): Promise<T> {
  const reader = await BackupReader.open(repository, backup_id);
  const piece_bytes = 4 * 1024 * 1024;
  try {
    return await work({
      async *read(path) {
        const file = await reader.openPath(0, Buffer.from(path));
        for (let at = 0; at < file.size; at += piece_bytes) yield await file.read(at, piece_bytes);
      },
    });
  } finally {
    await reader.close();
  }
}
async function intoServer(
  restore: DriverRestore<MariaSource>,
  files: BackupFiles,
  context: FinishContext,
): Promise<Finished> {
  const { options } = read(restore);
  const target = await serverOf(restore, options);
  const in_place = restore.target_dir === null;
  const loaded = await load(
    restore,
    files,
    target,
    { replace: options.replace || in_place, accounts: options.accounts ?? false },
    context,
  );
  return { details: { ...loaded, ...(await validated(restore, files, target, true, context)) } };
}

async function newServer(
  restore: DriverRestore<MariaSource>,
  files: BackupFiles,
  folder: string,
  context: FinishContext,
): Promise<Finished> {
  const { options } = read(restore);
  const { clock } = restore;
  const [point] = pointsOf(options);
  const host = await findMariaHost(options.bin_dir, options.account);
  const instance = new MariaInstance(join(folder, "server"), host, clock);
  const marker = join(instance.folder, "restored");
  let told: Record<string, unknown> = {};
  if (
    !(await access(marker).then(
      () => true,
      () => false,
    ))
  ) {
    // What an attempt that died has left is worth less than a load from the beginning.
    await instance.stop();
    await rm(instance.folder, { recursive: true, force: true });
    await chmod(folder, 0o711);
    await instance.make();
    await instance.start("loading");
    told = await load(restore, files, instance.target, { replace: false, accounts: options.accounts ?? true }, context);
    if (point !== undefined) told = { ...told, ...(await replay(restore, point, instance, context)) };
    await instance.stop();
    await writeFile(marker, "");
  }
  await instance.start("normal");
  const details = {
    ...told,
    ...(await validated(restore, files, instance.target, point === undefined, context)),
    connect: instance.socket,
    running: options.start,
  };
  if (!options.start) await instance.stop();
  const { source } = restore;
  return {
    details,
    source: {
      ...source,
      host: instance.socket,
      user: "root",
      password: undefined,
      tls: { mode: "disable" as const },
      binlog: { ...source.binlog, enabled: false },
    },
  };
}

async function load(
  restore: DriverRestore<MariaSource>,
  files: BackupFiles,
  target: MariaTarget,
  how: { readonly replace: boolean; readonly accounts: boolean },
  { signal, onProgress }: FinishContext,
): Promise<Record<string, unknown>> {
  const { options } = read(restore);
  const { clock } = restore;
  const begun = clock.monotonic_ms();
  const { tables: files_total } = restore.manifest.details as unknown as MariaBackupDetails;
  const { tables, rows, left_out } = await loadBackup({
    files,
    target,
    only: namesOf(options.only),
    into_database: options.into_database,
    connections: options.connections,
    ...how,
    signal,
    onProgress: (done) =>
      onProgress({
        phase: "load tables",
        files_done: done,
        files_total,
        bytes_done: 0,
        bytes_total: null,
        rate_bytes_per_s: 0,
        eta_ms: null,
      }),
  });
  const load_seconds = Math.round(clock.monotonic_ms() - begun) / 1000;
  return { tables, rows, load_seconds, ...(left_out.length === 0 ? {} : { left_out: left_out.slice(0, 100) }) };
}
