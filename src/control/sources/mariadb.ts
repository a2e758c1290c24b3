import { createReadStream } from "node:fs";
import { chmod, rm, writeFile, access } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { BackupReader } from "../../engine/browse/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import {
  type BackupFiles,
  checkSelection,
  findMariaHost,
  loadBackup,
  MARIA_KIND,
  type MariaBackupDetails,
  MariaInstance,
  mariaRoot,
  type MariaTarget,
  openMariaSource,
  readIndex,
  validateMaria,
} from "../../engine/source/mariadb/index.ts";
import type { SecretRef } from "../../model/index.ts";
import type { DriverRestore, FinishContext, Finished, SourceDriver, SourceOf } from "./driver.ts";

type MariaSource = SourceOf<"mariadb">;

const optionsSchema = z
  .strictObject({
    /** Databases and tables, e.g. `shop,crm.customers`; without it, everything. */
    only: z.string().min(1).max(10_000).optional(),
    into_database: z.string().min(1).max(64).optional(),
    /** Drop what the server has under the same name. */
    replace: z.boolean().default(false),
    accounts: z.boolean().optional(),
    connections: z.number().int().min(1).max(32).default(4),
    validate: z.enum(["none", "quick", "full"]).default("quick"),
    /** A running server to load into; without it, one is made in the target's folder. */
    server_host: z.string().min(1).max(255).optional(),
    server_port: z.number().int().min(1).max(65_535).default(3306),
    server_user: z.string().min(1).max(80).default("root"),
    server_password_env: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{0,127}$/)
      .optional(),
    server_password_file: z.string().startsWith("/").optional(),
    server_tls: z.enum(["disable", "require", "verify-full"]).default("verify-full"),
    /** Leave the new server running. */
    start: z.boolean().default(true),
    bin_dir: z.string().startsWith("/").optional(),
    account: z.string().min(1).max(64).default("mysql"),
  })
  .refine(({ into_database, only }) => into_database === undefined || only !== undefined, "into_database needs only");
type Options = z.infer<typeof optionsSchema>;

/** A MariaDB server over its own protocol. */
export const mariadbDriver: SourceDriver<MariaSource> = {
  kind: MARIA_KIND,
  root: (_source, workload_id) => mariaRoot(workload_id),
  open: async (source, { secret, clock, workload_id }) =>
    openMariaSource({
      target: await mariaTargetOf(source, secret),
      root: mariaRoot(workload_id),
      clock,
      databases: source.databases,
      connections: source.connections,
    }),
  restore: {
    options: optionsSchema,
    async plan(restore) {
      const { details, options } = read(restore);
      const only = namesOf(options.only);
      const notes: string[] = [];
      await withBackup(restore.repository, restore.manifest.backup_id, async (files) =>
        checkSelection(await readIndex(files), only, options.into_database),
      );
      const what = only.length === 0 ? "all databases" : only.join(", ");
      const at = new Date(details.snapshot_at_ms).toISOString();
      const server = options.server_host;
      if (server === undefined && restore.target_dir !== null) {
        const { version } = await findMariaHost(options.bin_dir, options.account);
        notes.push(`a new server (${version}; the backup is of ${details.version}) is made beside the files`);
      } else notes.push(`loaded into the server ${server ?? restore.source.host}`);
      notes.push(`${what} as of ${at}`);
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
      if (options.server_host !== undefined) return intoServer(restore, files, context);
      return newServer(restore, files, folder, context);
    },
    inPlace: async (restore, context) =>
      withBackup(restore.repository, restore.manifest.backup_id, async (files) => intoServer(restore, files, context)),
  },
};

/** How to reach the server of a source. @throws SOURCE_SECRET_MISSING */
export async function mariaTargetOf(
  source: MariaSource,
  secret: (ref: SecretRef) => Promise<string>,
): Promise<MariaTarget> {
  const { host, port, user, tls } = source;
  return {
    host,
    port,
    user,
    tls: {
      mode: host.startsWith("/") ? "disable" : tls.mode,
      ...(tls.ca_file === undefined ? {} : { ca_file: tls.ca_file }),
    },
    ...(source.password === undefined ? {} : { password: await secret(source.password) }),
  };
}

const namesOf = (only: string | undefined): string[] => (only ?? "").split(",").filter((each) => each !== "");

function read(restore: DriverRestore<MariaSource>) {
  return {
    details: restore.manifest.details as unknown as MariaBackupDetails,
    options: restore.options as Options,
  };
}

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

/** The server named by the options; in place, the one that was backed up, with an account that may write. */
async function serverOf({ source, secret }: DriverRestore<MariaSource>, options: Options): Promise<MariaTarget> {
  const { server_password_env: name, server_password_file: path } = options;
  const password =
    name !== undefined
      ? await secret({ from: "env", name })
      : path !== undefined
        ? await secret({ from: "file", path })
        : undefined;
  const host = options.server_host ?? source.host;
  const tls = options.server_host === undefined ? source.tls : { mode: options.server_tls };
  return {
    host,
    port: options.server_host === undefined ? source.port : options.server_port,
    user: options.server_user,
    tls: { mode: host.startsWith("/") ? "disable" : tls.mode },
    ...(password === undefined ? {} : { password }),
  };
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
  return { details: { ...loaded, ...(await validated(restore, files, target, context)) } };
}

async function newServer(
  restore: DriverRestore<MariaSource>,
  files: BackupFiles,
  folder: string,
  context: FinishContext,
): Promise<Finished> {
  const { options } = read(restore);
  const { clock } = restore;
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
    await instance.stop();
    await writeFile(marker, "");
  }
  await instance.start("normal");
  const details = {
    ...told,
    ...(await validated(restore, files, instance.target, context)),
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

async function validated(
  restore: DriverRestore<MariaSource>,
  files: BackupFiles,
  target: MariaTarget,
  { signal }: FinishContext,
): Promise<Record<string, unknown>> {
  const { options } = read(restore);
  if (options.validate === "none" || options.only !== undefined) return {};
  const validations = await validateMaria({
    target,
    index: await readIndex(files),
    depth: options.validate,
    exact: true,
    custom: restore.source.validations,
    clock: restore.clock,
    signal,
  });
  return {
    validations_passed: validations.filter(({ outcome }) => outcome === "passed").length,
    validations_failed: validations.filter(({ outcome }) => outcome === "failed").length,
    validations,
  };
}
