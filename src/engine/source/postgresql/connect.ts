import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import pg from "pg";
import { HoldfastError } from "../../../base/index.ts";
import { pgError } from "./errors.ts";
import { Inlet } from "./inlet.ts";

/** Where a server is and how to get in; the password already looked up. */
export interface PgTarget {
  /** Name, address, or folder of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  /** For questions in SQL; the replication connection has none. */
  readonly database: string;
  readonly tls: PgTls;
}

export interface PgTls {
  /** `verify-full`: encrypted, and the certificate must be right for the name. `require`: encrypted only. */
  readonly mode: "disable" | "require" | "verify-full";
  readonly ca_file?: string;
  readonly cert_file?: string;
  readonly key_file?: string;
}

const CONNECT_MS = 15_000;

async function sslOptions({ mode, ca_file, cert_file, key_file }: PgTls) {
  if (mode === "disable") return false;
  return {
    rejectUnauthorized: mode === "verify-full",
    ...(mode === "require" ? { checkServerIdentity: () => undefined } : {}),
    ...(ca_file === undefined ? {} : { ca: await readFile(ca_file, "utf8") }),
    ...(cert_file === undefined ? {} : { cert: await readFile(cert_file, "utf8") }),
    ...(key_file === undefined ? {} : { key: await readFile(key_file, "utf8") }),
  };
}

/** Names a server in messages. */
export const describeTarget = ({ host, port, user }: PgTarget): string =>
  `${user}@${host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`}`;

async function connect(target: PgTarget, more: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    user: target.user,
    database: target.database,
    // PostgreSQL speaks no TLS on a socket of its own machine.
    ssl: target.host.startsWith("/") ? false : await sslOptions(target.tls),
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    application_name: "holdfast",
    // Never the password of whoever runs this.
    password: target.password ?? "",
    ...more,
  });
  client.on("error", () => undefined); // whoever waits for an answer is told
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw asPgError(error, target);
  }
}

/** A connection for SQL. @throws PG_UNREACHABLE, PG_DENIED, PG_TIMEOUT */
export async function openSql(target: PgTarget, statement_timeout_ms = 60_000): Promise<pg.Client> {
  return connect(target, { statement_timeout: statement_timeout_ms, query_timeout: statement_timeout_ms + 5000 });
}

/** A socket on which the server speaks the replication protocol, logged in and ready for a query. */
export async function openReplicationSocket(
  target: PgTarget,
): Promise<{ readonly socket: Socket; readonly client: pg.Client; readonly inlet?: Inlet }> {
  // What is encrypted comes through a socket that Node makes itself.
  const plain = target.tls.mode === "disable" || target.host.startsWith("/");
  const inlet = plain ? new Inlet() : undefined;
  const own = inlet === undefined ? {} : { stream: () => inlet.socket };
  const client = await connect(target, { replication: "true", ...own } as object);
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  // From here on the bytes are ours: the library's parser hands out views into a buffer that it overwrites.
  stream.removeAllListeners("data");
  if (inlet === undefined) stream.pause();
  else inlet.take();
  return { socket: stream, client, ...(inlet === undefined ? {} : { inlet }) };
}

const DENIED = new Set(["28000", "28P01", "42501"]);

/** What a library or the server threw, as an error of the catalogue. */
export function asPgError(error: unknown, target: PgTarget): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const { message, code } = error as { message?: string; code?: string };
  const at = describeTarget(target);
  const text = `${at}: ${message ?? String(error)}`;
  const context = { server: at, ...(code === undefined ? {} : { sqlstate: code }) };
  if (code !== undefined && DENIED.has(code)) return pgError("PG_DENIED", text, context, error);
  if (/has already been removed|maximum reserved size|invalidated|can no longer access replication slot/.test(text))
    return pgError("PG_WAL_REMOVED", text, context, error);
  if (code === "55000" || code === "53400" || /wal_level|max_wal_senders|max_replication_slots/.test(text))
    return pgError("PG_NOT_CONFIGURED", text, context, error);
  if (/timeout/i.test(text)) return pgError("PG_TIMEOUT", text, context, error);
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^(?:57P|08|53300)/.test(code))
    return pgError("PG_REFUSED", text, context, error);
  return pgError("PG_UNREACHABLE", text, context, error);
}
