/** What restores of MariaDB have in common, whether rows were read or files were copied. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import {
  type BackupFiles,
  layBinlog,
  type MariaBackupDetails,
  type MariaInstance,
  type MariaPoint,
  mariaError,
  mariaRoot,
  type MariaTarget,
  readIndex,
  reachOfBinlog,
  replayBinlog,
} from "../../engine/source/mariadb/index.ts";
import { toStored, validateMariadb } from "../validation/index.ts";
import type { DriverRestore, FinishContext, SourceOf } from "./driver.ts";

export type MariaSource = SourceOf<"mariadb">;

export const optionsSchema = z
  .strictObject({
    /** Databases and tables, e.g. `shop,crm.customers`; without it, everything. */
    only: z.string().min(1).max(10_000).optional(),
    /** Replay the binary log behind the backup: to an instant (a whole second), a place, a transaction, its end. */
    to_time: z.iso
      .datetime({ offset: true, error: 'an instant with its zone, e.g. "2026-11-03T02:17:00Z"' })
      .optional(),
    to_position: z
      .string()
      .regex(/^.+\.\d{6,10}:\d{1,10}$/, "a place such as mysql-bin.000042:1234")
      .optional(),
    to_gtid: z
      .string()
      .regex(/^\d+-\d+-\d+$/, "a transaction such as 0-1-4711")
      .optional(),
    to_latest: z.boolean().optional(),
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
  .refine(({ into_database, only }) => into_database === undefined || only !== undefined, "into_database needs only")
  .refine((options) => pointsOf(options).length <= 1, "choose one of to_time, to_position, to_gtid and to_latest")
  .refine(
    (options) => pointsOf(options).length === 0 || (options.only === undefined && options.server_host === undefined),
    "the binary log is replayed into a new server that gets everything",
  );
export type Options = z.infer<typeof optionsSchema>;

export function pointsOf(options: {
  readonly to_time?: string | undefined;
  readonly to_position?: string | undefined;
  readonly to_gtid?: string | undefined;
  readonly to_latest?: boolean | undefined;
}): MariaPoint[] {
  const { to_time, to_position, to_gtid, to_latest } = options;
  const points: MariaPoint[] = [];
  if (to_time !== undefined) points.push({ kind: "time", at_ms: Date.parse(to_time) });
  if (to_position !== undefined) {
    const colon = to_position.lastIndexOf(":");
    points.push({
      kind: "position",
      file: to_position.slice(0, colon),
      position: Number(to_position.slice(colon + 1)),
    });
  }
  if (to_gtid !== undefined) points.push({ kind: "gtid", gtid: to_gtid });
  if (to_latest === true) points.push({ kind: "latest" });
  return points;
}

/** What leads from the backup to the point. @throws MARIA_TARGET_UNREACHABLE */
export async function wayTo(restore: DriverRestore<MariaSource>, point: MariaPoint) {
  const { details } = read(restore);
  const workload_id = String(restore.manifest.roots[0]).slice(mariaRoot("").length);
  const taken = new Date(details.snapshot_at_ms).toISOString();
  const unreachable = (message: string) => mariaError("MARIA_TARGET_UNREACHABLE", message, { earliest: taken });
  if (details.position === null)
    throw unreachable(`the server wrote no binary log; the backup can only be restored as of ${taken}`);
  const reach = await reachOfBinlog(restore.repository, workload_id, details.position, details.snapshot_at_ms);
  if (reach === null)
    throw unreachable(
      `no binary log behind ${details.position.file} is held; the backup can only be restored as of ${taken}`,
    );
  if (point.kind === "time") {
    const second = Math.floor(point.at_ms / 1000);
    // The log knows seconds: everything of the backup's own second may be in it.
    if (second <= Math.floor(details.snapshot_at_ms / 1000))
      throw unreachable(`the backup is of ${taken}: that is later than the point; choose an earlier backup`);
    if (point.at_ms > restore.clock.now_ms()) throw unreachable("the point lies in the future");
  }
  return { reach, position: details.position };
}

export const namesOf = (only: string | undefined): string[] => (only ?? "").split(",").filter((each) => each !== "");

export function read(restore: DriverRestore<MariaSource>) {
  return {
    details: restore.manifest.details as unknown as MariaBackupDetails,
    options: restore.options as Options,
  };
}

/** The server named by the options; in place, the one that was backed up, with an account that may write. */
export async function serverOf({ source, secret }: DriverRestore<MariaSource>, options: Options): Promise<MariaTarget> {
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
    tls: { mode: tls.mode },
    ...(password === undefined ? {} : { password }),
  };
}

/** Brings a loaded server to the point. */
export async function replay(
  restore: DriverRestore<MariaSource>,
  point: MariaPoint,
  instance: MariaInstance,
  { signal }: FinishContext,
): Promise<Record<string, unknown>> {
  const { clock, repository } = restore;
  const begun = clock.monotonic_ms();
  const { reach, position } = await wayTo(restore, point);
  const folder = join(instance.folder, "binlog");
  const laid = await layBinlog(repository, reach, position, point, folder, signal);
  await replayBinlog(laid, folder, instance.host, instance, signal);
  await rm(folder, { recursive: true, force: true });
  const until_ms = point.kind === "time" ? point.at_ms : clock.now_ms();
  return {
    recovered_to: laid.last_ms === null ? null : new Date(laid.last_ms).toISOString(),
    stopped: laid.stopped_at,
    transactions_replayed: laid.transactions,
    binlog_bytes: laid.bytes,
    replay_seconds: Math.round(clock.monotonic_ms() - begun) / 1000,
    rpo_seconds: laid.last_ms === null ? null : Math.max(0, until_ms - laid.last_ms) / 1000,
  };
}

export async function validated(
  restore: DriverRestore<MariaSource>,
  files: BackupFiles,
  target: MariaTarget,
  exact: boolean,
  { signal }: FinishContext,
): Promise<Record<string, unknown>> {
  const { options } = read(restore);
  if (options.validate === "none" || options.only !== undefined) return {};
  const subject = { target, index: await readIndex(files), exact, custom: restore.source.validations };
  return { ...toStored(await validateMariadb(subject, options.validate, { clock: restore.clock, signal })) };
}
