import { type MariaConnection, quoted } from "./connect.ts";
import type { MariaTable } from "./inventory.ts";
import { TsvWriter } from "./tsv.ts";

/** A stretch of a table that is read by one statement and kept as one file. */
export interface Part {
  readonly database: string;
  readonly table: MariaTable;
  /** Path in the backup. */
  readonly path: string;
  readonly sql: string;
  readonly size_hint: number;
}

/** Data of a table that makes another part. */
const PART_BYTES = 32 * 1024 * 1024;
/** What one part may hold in memory while it waits for its turn. */
const QUEUE_BYTES = 40 * 1024 * 1024;
const INTEGERS = new Set(["tinyint", "smallint", "mediumint", "int", "bigint"]);

/** Names keep their letters; what a path could not hold is written as in a URL. */
export const pathName = (name: string): string =>
  encodeURIComponent(name)
    .replaceAll("*", "%2A")
    .replace(/^\.+$/, (dots) => dots.replaceAll(".", "%2E"));

export const dataPath = (database: string, table: string, part: string): string =>
  `databases/${pathName(database)}/${pathName(table)}.${part}.tsv`;

/**
 * How a table is cut. Large ones with a whole number as key are cut at multiples of a power of two, so that the next
 * backup cuts at the same keys and stores what is in between once.
 */
export async function partsOf(
  sql: MariaConnection,
  database: string,
  table: MariaTable,
  part_bytes = PART_BYTES,
): Promise<Part[]> {
  const from = `${quoted(database)}.${quoted(table.name)}`;
  const columns = table.columns.map(({ name, type }) => expression(quoted(name), type));
  const select = `SELECT SQL_NO_CACHE ${columns.join(", ")} FROM ${from}`;
  const order = table.key.length === 0 ? "" : ` ORDER BY ${table.key.map(quoted).join(", ")}`;
  const forced = table.key.length === 0 ? "" : " FORCE INDEX (PRIMARY)";
  const whole = { database, table, path: dataPath(database, table.name, "0"), sql: `${select}${forced}${order}` };
  const [column] = table.key;
  const type = table.columns.find(({ name }) => name === column)?.type;
  if (column === undefined || type === undefined || !INTEGERS.has(type) || table.data_bytes < 2 * part_bytes)
    return [{ ...whole, size_hint: table.data_bytes }];
  const key = quoted(column);
  const [row] = await sql.query(`SELECT MIN(${key}) AS low, MAX(${key}) AS high FROM ${from}`);
  if (typeof row?.["low"] !== "string" || typeof row["high"] !== "string") return [{ ...whole, size_hint: 0 }];
  const [low, high] = [BigInt(row["low"]), BigInt(row["high"])];
  const wanted = BigInt(Math.ceil(table.data_bytes / part_bytes));
  let stride = 1n;
  while (stride * wanted <= high - low) stride *= 2n;
  const parts: Part[] = [];
  const begin = (low < 0n ? (low - stride + 1n) / stride : low / stride) * stride;
  for (let at = begin; at <= high; at += stride) {
    const bounds = [at === begin ? "" : `${key} >= ${at}`, at + stride > high ? "" : `${key} < ${at + stride}`];
    const where = bounds.filter((each) => each !== "").join(" AND ");
    parts.push({
      database,
      table,
      path: dataPath(database, table.name, String(at)),
      sql: `${select}${forced}${where === "" ? "" : ` WHERE ${where}`}${order}`,
      size_hint: Math.ceil(table.data_bytes / Number(wanted)),
    });
  }
  return parts;
}

/** How a column is asked for so that LOAD DATA of plain bytes brings the same value back. */
function expression(name: string, type: string): string {
  switch (type) {
    case "float": // as text it is rounded to six digits; as DOUBLE it comes whole
      return `CAST(${name} AS DOUBLE)`;
    case "inet6": // these take plain bytes as what they store, never as text
    case "uuid":
      return `CAST(${name} AS BINARY(16))`;
    case "inet4":
      return `CAST(${name} AS BINARY(4))`;
    default:
      return name;
  }
}

/** A part on its way: filled by a connection, emptied by whoever stores it. */
export class Reading {
  readonly part: Part;
  rows = 0;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #done = false;
  #failure: unknown;
  #paused: MariaConnection | undefined;
  #wake: () => void = () => undefined;

  constructor(part: Part) {
    this.part = part;
  }

  /** Reads the part over the connection. What fails is thrown to the reader, too. */
  async fill(connection: MariaConnection): Promise<void> {
    const writer = new TsvWriter((bytes) => {
      this.#chunks.push(bytes);
      this.#bytes += bytes.length;
      if (this.#bytes > QUEUE_BYTES) {
        this.#paused = connection;
        connection.pause();
      }
      this.#wake();
    });
    let [columns, headers] = [-1, false];
    try {
      await connection.command(Buffer.concat([Buffer.of(3), Buffer.from(this.part.sql)]), (packet) => {
        const { buffer, offset, end } = packet;
        const eof = buffer[offset] === 0xfe && end - offset < 9;
        if (columns < 0) columns = buffer[offset] as number;
        else if (!headers) headers = eof;
        else if (eof) return true;
        else writer.row(buffer, offset, end);
        return false;
      });
      writer.end();
      this.rows = writer.rows;
    } catch (error) {
      this.#failure = error;
      throw error;
    } finally {
      this.#done = true;
      this.#wake();
    }
  }

  fail(error: unknown): void {
    this.#failure ??= error;
    this.#done = true;
    this.#wake();
  }

  async *bytes(): AsyncGenerator<Buffer> {
    for (;;) {
      const next = this.#chunks.shift();
      if (next !== undefined) {
        this.#bytes -= next.length;
        if (this.#paused !== undefined && this.#bytes < QUEUE_BYTES / 2) {
          const paused = this.#paused;
          this.#paused = undefined;
          paused.resume();
        }
        yield next;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#done) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** How a sequence goes on. */
export async function sequenceState(sql: MariaConnection, database: string, name: string): Promise<string> {
  const [row] = await sql.query(`SELECT next_not_cached_value AS v FROM ${quoted(database)}.${quoted(name)}`);
  return `SELECT SETVAL(${quoted(database)}.${quoted(name)}, ${BigInt(row?.["v"] ?? "1")}, 0)`;
}
