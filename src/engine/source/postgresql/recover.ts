import { chmod, lstat, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../../../base/index.ts";
import { socketFolder } from "../../posix/index.ts";
import { openSql, type PgTarget } from "./connect.ts";
import type { PgBackupDetails } from "./details.ts";
import { pgError } from "./errors.ts";
import { giveTo, type PgHost, runOnHost } from "./host.ts";
import { formatLsn } from "./lsn.ts";
import type { RecoveryTarget } from "./wal-plan.ts";

export interface RecoverySettings {
  readonly backup: PgBackupDetails;
  readonly target: RecoveryTarget;
  readonly timeline: number;
  readonly data_dir: string;
  /** Oid → folder; others lie in `DATA_DIR.tablespaces/OID`. */
  readonly tablespaces?: Readonly<Record<string, string>>;
  readonly preload: readonly string[];
  /** Leave the server's own settings as they were, and add only what recovery needs. */
  readonly keep_settings: boolean;
  readonly port: number;
  readonly host: PgHost;
}

const LOG = "holdfast-recovery.log";
const CONFIG = "holdfast.conf";
const HBA = "holdfast_hba.conf";

/** Makes a laid data folder one that recovers to its target when it is started. */
export async function prepareRecovery(settings: RecoverySettings): Promise<void> {
  const { data_dir, backup, host } = settings;
  const owned = [data_dir];
  const map: string[] = [];
  for (const { oid } of backup.tablespaces) {
    const place = settings.tablespaces?.[oid] ?? join(`${data_dir}.tablespaces`, oid);
    await moveTablespace(join(data_dir, "pg_tblspc", oid), place);
    owned.push(place);
    map.push(`${oid} ${place}\n`);
  }
  if (map.length > 0) await writeFile(join(data_dir, "tablespace_map"), map.join(""), { mode: 0o600 });
  await rm(join(data_dir, "standby.signal"), { force: true });
  await writeFile(join(data_dir, "recovery.signal"), "", { mode: 0o600 });
  await rm(join(data_dir, LOG), { force: true });
  const auto = join(data_dir, "postgresql.auto.conf");
  const before = await readFile(auto, "utf8").catch(() => "");
  if (settings.keep_settings) {
    await writeFile(auto, `${withoutOurs(before)}${recoveryLines(settings).join("\n")}\n`, { mode: 0o600 });
  } else {
    await writeFile(`${auto}.source`, before, { mode: 0o600 });
    await writeFile(auto, "", { mode: 0o600 });
    await writeFile(join(data_dir, HBA), "local all all trust\n", { mode: 0o600 });
    await writeFile(join(data_dir, CONFIG), `${[...ownLines(settings), ...recoveryLines(settings)].join("\n")}\n`);
  }
  // The server insists on it.
  await chmod(data_dir, 0o700);
  for (const path of owned) await giveTo(host, path);
}

/** A tablespace comes as a folder; it goes to where it is wanted, and a link leads there. */
async function moveTablespace(laid: string, place: string): Promise<void> {
  const stat = await lstat(laid).catch(() => null);
  if (stat === null || stat.isSymbolicLink()) return;
  await mkdir(dirname(place), { recursive: true });
  await rename(laid, place).catch((error: unknown) => {
    throw pgError("PG_TABLESPACE", `tablespace folder ${place} cannot be made from ${laid}`, { place }, error);
  });
  await symlink(place, laid);
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
const OURS = /\n?# Recovery by Holdfast[\s\S]*$/;
const withoutOurs = (text: string) => text.replace(OURS, "\n");

function recoveryLines({ target, timeline }: RecoverySettings): string[] {
  const lines = [
    "# Recovery by Holdfast: all log that is needed lies in pg_wal",
    "restore_command = 'false'",
    `recovery_target_timeline = '${timeline}'`,
    "recovery_target_action = 'promote'",
  ];
  switch (target.kind) {
    case "immediate":
      lines.push("recovery_target = 'immediate'");
      break;
    case "time":
      lines.push(
        `recovery_target_time = '${new Date(target.at_ms).toISOString().replace("T", " ").replace("Z", "+00")}'`,
      );
      break;
    case "lsn":
      lines.push(`recovery_target_lsn = '${formatLsn(target.lsn)}'`);
      break;
    case "name":
      lines.push(`recovery_target_name = ${quote(target.name)}`);
      break;
    case "xid":
      lines.push(`recovery_target_xid = '${target.xid}'`);
      break;
    case "latest":
  }
  return lines;
}

/** A server of its own: reachable through a socket in its folder, archiving nothing, as large as the source. */
function ownLines({ data_dir, backup, preload, port }: RecoverySettings): string[] {
  return [
    "# Written by Holdfast; the source's own settings are in postgresql.conf and postgresql.auto.conf.source.",
    `hba_file = ${quote(join(data_dir, HBA))}`,
    "listen_addresses = ''",
    `port = ${port}`,
    `unix_socket_directories = ${quote(socketFolder(data_dir))}`,
    "archive_mode = off",
    "hot_standby = on",
    "logging_collector = off",
    "log_timezone = 'UTC'",
    "lc_messages = 'C'",
    `shared_preload_libraries = ${quote(preload.join(","))}`,
    ...Object.entries(backup.settings).map(([name, value]) => `${name} = ${quote(value)}`),
  ];
}

export interface Recovered {
  /** How to get in. */
  readonly target: PgTarget;
  readonly pid: number;
  /** The last transaction that is in it, by the source's clock; null when no transaction was replayed. */
  readonly recovered_ms: number | null;
  readonly replay_ms: number;
  /** The server's own words on where it stopped. */
  readonly stopped: string | null;
}

/** Starts the server and follows it until it is open. @throws PG_RECOVERY_FAILED with the server's own words */
export async function startRecovered(
  { data_dir, host, port }: Pick<RecoverySettings, "data_dir" | "host" | "port">,
  clock: Clock,
  options: { readonly timeout_ms: number; readonly signal?: AbortSignal },
): Promise<Recovered> {
  const started_ms = clock.monotonic_ms();
  const log = join(data_dir, LOG);
  const own = await lstat(join(data_dir, CONFIG)).catch(() => null);
  const config = own === null ? [] : ["-o", `-c config_file=${join(data_dir, CONFIG)}`];
  const failed = async (cause?: unknown) => {
    const text = await readFile(log, "utf8").catch(() => "");
    const words = text
      .split("\n")
      .filter((line) => /FATAL|PANIC|ERROR/.test(line))
      .slice(-3)
      .join("; ");
    return pgError(
      "PG_RECOVERY_FAILED",
      `the restored server does not open: ${words || String(cause)}`,
      { log },
      cause,
    );
  };
  await runOnHost(host, "pg_ctl", ["-D", data_dir, "-W", "-s", "-l", log, ...config, "start"]).catch(
    async (error: unknown) => {
      throw await failed(error);
    },
  );
  const target: PgTarget = {
    host: socketFolder(data_dir),
    port,
    user: host.account ?? "postgres",
    database: "postgres",
    tls: { mode: "disable" },
  };
  let quiet = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    if (clock.monotonic_ms() - started_ms > options.timeout_ms) throw await failed("it is still recovering");
    const open = await isOpen(target);
    const pid = await pidIn(data_dir);
    if (open === true && pid !== null) {
      const text = await readFile(log, "utf8").catch(() => "");
      return {
        target,
        pid,
        recovered_ms: timeIn(/last completed transaction was at log time (.+)/.exec(text)?.[1]),
        replay_ms: Math.round(clock.monotonic_ms() - started_ms),
        stopped: /recovery stopping (?:before|after) .+|reached consistency/.exec(text)?.[0] ?? null,
      };
    }
    // Before it has written its pid, and for a moment only, there is none.
    quiet = pid === null ? quiet + 1 : 0;
    if (quiet > 50) throw await failed();
    await clock.sleep(100, options.signal);
  }
}

/** `null`: it does not answer. `false`: it answers and recovers still. */
async function isOpen(target: PgTarget): Promise<boolean | null> {
  try {
    const client = await openSql(target, 10_000);
    try {
      const { rows } = await client.query<{ recovering: boolean }>("SELECT pg_is_in_recovery() AS recovering");
      return rows[0]?.recovering === false;
    } finally {
      await client.end().catch(() => undefined);
    }
  } catch {
    return null;
  }
}

/** The process that runs in a data folder. */
export async function pidIn(data_dir: string): Promise<number | null> {
  const text = await readFile(join(data_dir, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid)) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? pid : null;
  }
}

export async function stopServer(host: PgHost, data_dir: string): Promise<void> {
  await runOnHost(host, "pg_ctl", ["-D", data_dir, "-m", "fast", "-w", "-s", "stop"]);
}

/** `2026-11-22 19:02:24.42522+00` as milliseconds. The log's zone is the server's; names of zones are not offsets. */
function timeIn(text: string | undefined): number | null {
  const found = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(.*)$/.exec(text ?? "");
  if (found === null) return null;
  const zone = (found[3] ?? "").trim();
  const offset = /^([+-]\d\d)(?::?(\d\d))?$/.exec(zone);
  if (offset === null && zone !== "UTC" && zone !== "GMT") return null;
  const suffix = offset === null ? "Z" : `${offset[1] as string}:${offset[2] ?? "00"}`;
  const ms = Date.parse(`${found[1] as string}T${found[2] as string}${suffix}`);
  return Number.isNaN(ms) ? null : ms;
}
