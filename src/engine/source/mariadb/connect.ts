import { readFile } from "node:fs/promises";
import type { Connection as Callbacks } from "mysql2";
import { mariaError } from "./errors.ts";

/** How a server is reached. */
export interface MariaTarget {
  /** Name, address, or path of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly tls: { readonly mode: "disable" | "require" | "verify-full"; readonly ca_file?: string };
}

/** What the client's connection has beside its typed door: commands of our own see each packet as it comes. */
interface RawConnection {
  addCommand(command: RawCommand): void;
  writePacket(packet: object): void;
  _resetSequenceId(): void;
  pause(): void;
  resume(): void;
  destroy(): void;
  on(event: string, listener: (error: Error) => void): void;
}
export interface RawPacket {
  readonly buffer: Buffer;
  /** Where its payload begins; the client moves it as it reads. */
  readonly offset: number;
  readonly end: number;
}
interface RawCommand {
  execute(packet: RawPacket | undefined, connection: RawConnection): boolean;
  onResult(error: Error): void;
}

const CONNECT_MS = 15_000;

/** One connection: questions in SQL, and commands whose packets are read as they come. */
export class MariaConnection {
  readonly #connection: Callbacks;
  readonly #raw: RawConnection;
  #lost: Error | undefined;

  private constructor(connection: Callbacks) {
    this.#connection = connection;
    this.#raw = connection as unknown as RawConnection;
    this.#raw.on("error", (error) => {
      this.#lost = error;
    });
  }

  /** @throws MARIA_UNREACHABLE, MARIA_DENIED */
  static async open(target: MariaTarget, more: { readonly local_infile?: boolean } = {}): Promise<MariaConnection> {
    const { tls } = target;
    const ca = tls.ca_file === undefined ? undefined : await readFile(tls.ca_file);
    const { default: mysql } = await import("mysql2"); // with the first connection: no server needs it to start
    const connection = mysql.createConnection({
      ...(target.host.startsWith("/") ? { socketPath: target.host } : { host: target.host, port: target.port }),
      user: target.user,
      ...(target.password === undefined ? {} : { password: target.password }),
      // A socket of this machine has no name that a certificate could be right for.
      ...(tls.mode === "disable" || (tls.mode === "verify-full" && target.host.startsWith("/"))
        ? {}
        : {
            ssl: {
              rejectUnauthorized: tls.mode === "verify-full",
              verifyIdentity: tls.mode === "verify-full",
              ...(ca === undefined ? {} : { ca }),
            },
          }),
      charset: "utf8mb4",
      connectTimeout: CONNECT_MS,
      typeCast: false,
      // Nothing a server says may make the client read files; only what is loaded on purpose is sent.
      flags: [more.local_infile === true ? "+LOCAL_FILES" : "-LOCAL_FILES"],
    });
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => {
        if (error === null) resolve();
        else reject(connectError(target, error));
      });
    });
    return new MariaConnection(connection);
  }

  /** Rows as text; NULL as null. @throws MARIA_REFUSED */
  async query(sql: string, values: readonly unknown[] = []): Promise<Record<string, string | null>[]> {
    return new Promise((resolve, reject) => {
      this.#connection.query({ sql, values: [...values] }, (error: Error | null, rows: unknown) => {
        if (error !== null) return reject(refused(error, sql));
        resolve(
          (Array.isArray(rows) ? (rows as Record<string, unknown>[]) : []).map((row) =>
            Object.fromEntries(
              Object.entries(row).map(([name, value]) => [
                name,
                Buffer.isBuffer(value) ? value.toString("utf8") : (value as string | null),
              ]),
            ),
          ),
        );
      });
    });
  }

  /** Loads rows from a stream. @throws MARIA_LOAD */
  async load(
    sql: string,
    stream: NodeJS.ReadableStream,
  ): Promise<{ readonly rows: number; readonly warnings: number }> {
    return new Promise((resolve, reject) => {
      const options = { sql, infileStreamFactory: () => stream } as Parameters<Callbacks["query"]>[0] & object;
      this.#connection.query(options as never, (error: Error | null, result: unknown) => {
        if (error !== null) reject(mariaError("MARIA_LOAD", `${error.message} (${sql.slice(0, 200)})`, {}, error));
        else {
          const { affectedRows: rows, warningStatus: warnings } = result as Record<
            "affectedRows" | "warningStatus",
            number
          >;
          resolve({ rows, warnings });
        }
      });
    });
  }

  /**
   * Sends one command and hands out every packet of the answer until `onPacket` says that it was the last.
   * @throws MARIA_REFUSED, MARIA_UNREACHABLE, what `onPacket` throws
   */
  async command(body: Buffer, onPacket: (packet: RawPacket) => boolean): Promise<void> {
    if (this.#lost !== undefined) throw mariaError("MARIA_UNREACHABLE", this.#lost.message, {}, this.#lost);
    await new Promise<void>((resolve, reject) => {
      this.#raw.addCommand({
        execute(packet, connection) {
          if (packet === undefined) {
            // oxlint-disable-next-line no-underscore-dangle -- mysql2 has no other name for it
            connection._resetSequenceId();
            connection.writePacket(packetOf(body));
            return false;
          }
          if (packet.buffer[packet.offset] === 0xff) {
            reject(mariaError("MARIA_REFUSED", errorText(packet), { errno: errnoOf(packet) }));
            return true;
          }
          try {
            if (!onPacket(packet)) return false;
            resolve();
          } catch (error) {
            reject(error as Error);
            connection.destroy();
          }
          return true;
        },
        onResult: (error) => reject(mariaError("MARIA_UNREACHABLE", error.message, {}, error)),
      });
    });
  }

  pause(): void {
    this.#raw.pause();
  }
  resume(): void {
    this.#raw.resume();
  }
  close(): void {
    this.#connection.destroy();
  }
}

function packetOf(body: Buffer): object {
  const buffer = Buffer.concat([Buffer.alloc(4), body]);
  return {
    buffer,
    length: () => buffer.length,
    writeHeader(sequence: number) {
      buffer.writeUIntLE(body.length, 0, 3);
      buffer[3] = sequence;
    },
  };
}

const errnoOf = ({ buffer, offset }: RawPacket) => buffer.readUInt16LE(offset + 1);
function errorText({ buffer, offset, end }: RawPacket): string {
  const state = buffer[offset + 3] === 0x23 ? 6 : 0;
  return `${buffer.toString("utf8", offset + 3 + state, end)} (error ${buffer.readUInt16LE(offset + 1)})`;
}

function connectError({ host, port, user }: MariaTarget, error: Error & { code?: string }) {
  const where = host.startsWith("/") ? host : `${host}:${port}`;
  const denied = error.code === "ER_ACCESS_DENIED_ERROR" || error.code === "ER_DBACCESS_DENIED_ERROR";
  const message = `${where} as ${user}: ${error.message || String(error.code)}`;
  return mariaError(denied ? "MARIA_DENIED" : "MARIA_UNREACHABLE", message, { host, user }, error);
}

function refused(error: Error & { errno?: number | undefined; fatal?: boolean | undefined }, sql: string) {
  if (error.fatal === true) return mariaError("MARIA_UNREACHABLE", error.message, {}, error);
  const { errno } = error;
  const denied = errno === 1044 || errno === 1142 || errno === 1227;
  const message = `${error.message} (${sql.slice(0, 200)})`;
  return mariaError(denied ? "MARIA_DENIED" : "MARIA_REFUSED", message, errno === undefined ? {} : { errno }, error);
}

/** The first column of the first row; null when there is none. */
export async function mariaFirst(connection: MariaConnection, sql: string): Promise<string | null> {
  const [row] = await connection.query(sql);
  return row === undefined ? null : (Object.values(row)[0] ?? null);
}

/** An identifier as SQL takes it whatever it holds. */
export const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;
export const literal = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
