import * as z from "zod";
import { planRestore, runRestore } from "../../engine/restore/index.ts";
import {
  checkTarget,
  describeTarget,
  driftOf,
  findHost,
  formatLsn,
  layWal,
  makePassable,
  openPgSource,
  parseLsn,
  type PgBackupDetails,
  pgError,
  PG_KIND,
  pgRoot,
  pidIn,
  prepareRecovery,
  reachOf,
  type RecoveryTarget,
  startRecovered,
} from "../../engine/source/postgresql/index.ts";
import { pgTargetOf } from "../archiving/index.ts";
import { rememberedOf, toStored, validatePostgresql } from "../validation/index.ts";
import type { DriverRestore, FinishContext, Finished, SourceDriver, SourceOf } from "./driver.ts";

type PgSource = SourceOf<"postgresql">;

const instant = z.iso.datetime({ offset: true, error: 'an instant with its zone, e.g. "2026-11-03T02:17:00Z"' });

/** What a restore of a server can be told beside where to. */
const optionsSchema = z
  .strictObject({
    to_time: instant.optional(),
    to_lsn: z
      .string()
      .regex(/^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/, "a position such as 16/B374D848")
      .optional(),
    to_name: z.string().min(1).max(63).optional(),
    to_xid: z.coerce.number().int().positive().optional(),
    immediate: z.boolean().optional(),
    timeline: z.number().int().positive().optional(),
    /** Start what was laid and follow its recovery. By default yes for a new resource, no in place. */
    start: z.boolean().optional(),
    port: z.number().int().min(1).max(65535).default(5432),
    bin_dir: z.string().startsWith("/").optional(),
    account: z.string().min(1).max(64).default("postgres"),
    /** Oid → folder. */
    tablespaces: z.record(z.string().regex(/^\d+$/), z.string().startsWith("/")).optional(),
    validate: z.enum(["none", "quick", "full"]).default("quick"),
    /** In place: the data folder of the stopped server. */
    data_dir: z.string().startsWith("/").optional(),
  })
  .refine(
    ({ to_time, to_lsn, to_name, to_xid, immediate }) =>
      [to_time, to_lsn, to_name, to_xid, immediate || undefined].filter((each) => each !== undefined).length <= 1,
    "choose one of to_time, to_lsn, to_name, to_xid and immediate",
  );
type Options = z.infer<typeof optionsSchema>;

function recoveryTarget({ to_time, to_lsn, to_name, to_xid, immediate }: Options): RecoveryTarget {
  if (to_time !== undefined) return { kind: "time", at_ms: Date.parse(to_time) };
  if (to_lsn !== undefined) return { kind: "lsn", lsn: parseLsn(to_lsn) };
  if (to_name !== undefined) return { kind: "name", name: to_name };
  if (to_xid !== undefined) return { kind: "xid", xid: to_xid };
  return { kind: immediate === true ? "immediate" : "latest" };
}

/** How long a server may take to replay its log. */
const RECOVERY_MS = 12 * 3_600_000;

/** A PostgreSQL server over its replication protocol, with its write-ahead log from the archive. */
export const postgresqlDriver: SourceDriver<PgSource> = {
  kind: PG_KIND,
  root: (_source, workload_id) => pgRoot(workload_id),
  open: async (source, { secret, clock, backup_id, workload_id }) =>
    openPgSource({
      target: await pgTargetOf(source, secret),
      label: `holdfast ${backup_id}`,
      root: pgRoot(workload_id),
      clock,
      count_rows: source.count_rows,
      incremental: source.incremental,
      remember: rememberedOf(source.validations),
    }),
  restore: {
    options: optionsSchema,
    async plan(restore) {
      const { details, options, target } = read(restore);
      const in_place = restore.target_dir === null;
      const notes: string[] = [];
      const reach = await reachOf(restore.repository, details, options.timeline);
      await checkTarget(restore.repository, details, reach, target);
      notes.push(`PostgreSQL ${details.version} is recovered ${sentence(target)} on timeline ${reach.timeline}`);
      if (target.kind === "latest" && reach.gap !== null)
        notes.push(
          `the write-ahead log has a hole: nothing behind ${formatLsn(reach.gap.from)} can be reached from this backup`,
        );
      if (in_place && options.data_dir === undefined)
        throw pgError("PG_DATA_DIR", "a restore in place has to be told the data folder (data_dir)");
      if (in_place) await mustBeStopped(String(options.data_dir));
      if (starts(restore, options) || in_place) {
        const { lines } = await driftOf(details, await findHost(details.major, options.bin_dir, options.account));
        notes.push(...lines);
      }
      notes.push(
        starts(restore, options)
          ? "it is started, followed until it is open, and validated"
          : "it is laid ready to recover, and not started",
      );
      for (const { oid, location } of details.tablespaces)
        notes.push(
          `tablespace ${oid} (${location}) goes to ${options.tablespaces?.[oid] ?? (in_place ? location : "beside the data folder")}`,
        );
      return { notes, ...(in_place ? { overwrites: [String(options.data_dir)] } : {}) };
    },
    finish: (restore, context) => recover(restore, String(restore.target_dir), false, context),
    async inPlace(restore, context) {
      const { options } = read(restore);
      const data_dir = String(options.data_dir);
      await mustBeStopped(data_dir);
      const { repository, manifest, clock } = restore;
      const plan = await planRestore({
        repository,
        backup_id: manifest.backup_id,
        target: { kind: "folder", path: data_dir },
        existing: "replace",
        delete_extra: true,
        clock,
      });
      const report = await runRestore(plan, context);
      if (report.failed_total > 0)
        throw pgError(
          "PG_DATA_DIR",
          `${report.failed_total} files could not be restored, ${report.failed[0]?.path ?? ""} first`,
        );
      const done = await recover(restore, data_dir, true, context);
      return { details: { ...done.details, bytes_written: report.bytes_written, bytes_kept: report.bytes_kept } };
    },
  },
};

function read(restore: DriverRestore<PgSource>) {
  const details = restore.manifest.details as unknown as PgBackupDetails;
  const options = restore.options as Options;
  return { details, options, target: recoveryTarget(options) };
}

const starts = (restore: DriverRestore<PgSource>, { start }: Options): boolean => start ?? restore.new_name !== null;

async function mustBeStopped(data_dir: string): Promise<void> {
  const pid = await pidIn(data_dir);
  if (pid !== null) throw pgError("PG_RUNNING", `a server (process ${pid}) runs in ${data_dir}`, { data_dir, pid });
}

function sentence(target: RecoveryTarget): string {
  switch (target.kind) {
    case "latest":
      return "to the end of its log";
    case "immediate":
      return "as it was when the backup ended";
    case "time":
      return `to ${new Date(target.at_ms).toISOString()}`;
    case "lsn":
      return `to ${formatLsn(target.lsn)}`;
    case "name":
      return `to the restore point ${target.name}`;
    case "xid":
      return `up to transaction ${target.xid}`;
  }
}

async function recover(
  restore: DriverRestore<PgSource>,
  data_dir: string,
  in_place: boolean,
  context: FinishContext,
): Promise<Finished> {
  const { repository, clock, source } = restore;
  const { details, options, target } = read(restore);
  const asked_ms = clock.now_ms();
  const run = await pidIn(data_dir);
  const host = await findHost(details.major, options.bin_dir, options.account);
  if (!in_place) await makePassable(host, data_dir);
  const { preload, lines: drift } = await driftOf(details, host);
  const reach = await reachOf(repository, details, options.timeline);
  const begun = clock.monotonic_ms();
  // A second attempt finds the server of the first one running.
  const laid = run !== null ? null : await layWal(repository, details, reach, target, data_dir, context.signal);
  const wal_seconds = (clock.monotonic_ms() - begun) / 1000;
  const { port } = options;
  const settings = { data_dir, host, port };
  if (run === null)
    await prepareRecovery({
      ...settings,
      backup: details,
      target,
      timeline: reach.timeline,
      preload,
      keep_settings: in_place,
      ...(options.tablespaces === undefined ? {} : { tablespaces: options.tablespaces }),
    });
  const told = {
    recovery_target: sentence(target),
    data_dir,
    wal_bytes: laid?.bytes ?? 0,
    wal_seconds: rounded(wal_seconds),
    ...(drift.length === 0 ? {} : { drift }),
  };
  if (!(in_place ? options.start === true : starts(restore, options))) return { details: { ...told, running: false } };
  const recovered = await startRecovered(settings, clock, { timeout_ms: RECOVERY_MS, signal: context.signal });
  const until_ms = target.kind === "time" ? target.at_ms : asked_ms;
  const validations =
    options.validate === "none"
      ? []
      : await validatePostgresql(
          {
            backup: details,
            target: { ...recovered.target, database: source.database },
            host,
            data_dir,
            // Counted once the backup had ended: whoever wrote in between is in the counts and not in the backup.
            exact: false,
            custom: source.validations,
          },
          options.validate,
          { clock, signal: context.signal },
        );
  return {
    details: {
      ...told,
      running: true,
      connect: describeTarget(recovered.target),
      recovered_to: recovered.recovered_ms === null ? null : new Date(recovered.recovered_ms).toISOString(),
      stopped: recovered.stopped,
      replay_seconds: rounded(recovered.replay_ms / 1000),
      rpo_seconds:
        recovered.recovered_ms === null ? null : rounded(Math.max(0, until_ms - recovered.recovered_ms) / 1000),
      ...toStored(validations),
    },
    ...(in_place
      ? {}
      : {
          source: {
            ...source,
            host: recovered.target.host,
            port,
            user: recovered.target.user,
            tls: { mode: "disable" as const },
            password: undefined,
            wal: { ...source.wal, enabled: false },
          },
        }),
  };
}

const rounded = (seconds: number) => Math.round(seconds * 1000) / 1000;
