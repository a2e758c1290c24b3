import type { Clock } from "../../../base/index.ts";
import { MariaConnection, type MariaTarget } from "./connect.ts";
import { mariaError } from "./errors.ts";

export interface BinlogPosition {
  readonly file: string;
  readonly position: number;
  /** All of the server's domains, as `gtid_slave_pos` takes it; empty when it has none yet. */
  readonly gtid: string;
}

export interface Snapshot {
  /** All of them see the same state of every transactional table. */
  readonly connections: readonly MariaConnection[];
  /** `null`: the server writes no binary log. */
  readonly position: BinlogPosition | null;
  /** By the server's clock, when the state was taken. */
  readonly at_ms: number;
  readonly tries: number;
}

const TRIES = 60;

/**
 * Opens connections that see one state, without a lock: each begins a snapshot, and all count only when they report the
 * same position of the binary log. A server that commits without pause gets fewer connections, in the end one.
 * @throws MARIA_*
 */
export async function takeSnapshot(target: MariaTarget, wanted: number, clock: Clock): Promise<Snapshot> {
  const connections: MariaConnection[] = [];
  try {
    for (let i = 0; i < wanted; i++) connections.push(await prepared(target));
    const first = connections[0] as MariaConnection;
    const [has] = await first.query("SELECT @@log_bin AS log_bin");
    if (has?.["log_bin"] !== "1") {
      // Without a log nothing says that two connections see the same: one sees what it sees.
      for (const each of connections.splice(1)) each.close();
      await begin(first);
      return { connections, position: null, at_ms: await serverTime(first), tries: 1 };
    }
    for (let tries = 1; ; tries++) {
      if (tries % (TRIES / wanted) < 1 && connections.length > 1) connections.pop()?.close();
      await Promise.all(connections.map(begin));
      const at_ms = await serverTime(first);
      const positions = await Promise.all(connections.map(positionOf));
      const [one] = positions as [{ file: string; position: number }];
      if (positions.every(({ file, position }) => file === one.file && position === one.position)) {
        const [row] = await first.query(`SELECT BINLOG_GTID_POS('${one.file}', ${one.position}) AS gtid`);
        return { connections, position: { ...one, gtid: row?.["gtid"] ?? "" }, at_ms, tries };
      }
      await clock.sleep(tries % 7);
    }
  } catch (error) {
    for (const each of connections) each.close();
    throw error;
  }
}

async function prepared(target: MariaTarget): Promise<MariaConnection> {
  const connection = await MariaConnection.open(target);
  try {
    const settings = [
      "SESSION sql_mode = ''",
      "SESSION time_zone = '+00:00'",
      // A slow repository must not make the server give up on a table that is being read.
      "SESSION net_write_timeout = 3600",
      "SESSION wait_timeout = 86400",
      "SESSION sql_quote_show_create = 1",
    ];
    await connection.query(`SET ${settings.join(", ")}`);
    await connection.query("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    await connection.query("SET SESSION max_statement_time = 0").catch(() => undefined); // MySQL has no such setting
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function begin(connection: MariaConnection): Promise<void> {
  await connection.query("START TRANSACTION WITH CONSISTENT SNAPSHOT");
}

async function serverTime(connection: MariaConnection): Promise<number> {
  const [row] = await connection.query("SELECT UNIX_TIMESTAMP(NOW(6)) AS at");
  return Math.round(Number(row?.["at"]) * 1000);
}

async function positionOf(connection: MariaConnection): Promise<{ file: string; position: number }> {
  const rows = await connection.query("SHOW STATUS LIKE 'binlog_snapshot_%'");
  const value = (name: string) => rows.find((row) => row["Variable_name"]?.toLowerCase() === name)?.["Value"];
  const file = value("binlog_snapshot_file");
  const position = Number(value("binlog_snapshot_position"));
  if (file === undefined || file === null || file === "" || !Number.isSafeInteger(position))
    throw mariaError(
      "MARIA_REFUSED",
      "the server does not say at which position of its binary log a snapshot lies; MySQL never does",
    );
  return { file, position };
}
