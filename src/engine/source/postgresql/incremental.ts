import { createHash } from "node:crypto";
import { hasCode, HoldfastError } from "../../../base/index.ts";
import { type Change, type ImagePart, overlay, type StreamParent, streamError } from "../stream/index.ts";
import type { ServerFacts } from "./base-backup.ts";
import type { PgBackupDetails } from "./details.ts";
import { pgError } from "./errors.ts";
import type { ReplicationConnection } from "./replication.ts";

const PAGE = 8192;
const MAGIC = 0xd3ae1f0d;
const PREFIX = "INCREMENTAL.";
const MANIFEST = "backup_manifest";
const MANIFEST_BYTES_MAX = 1024 * 1024 * 1024;
const SEND_BYTES = 64 * 1024;
const ANSWER_MS = 10 * 60_000;

/**
 * Offers the parent backup's manifest to a server of version 17 or newer that keeps summaries of its log.
 * @returns the parent, when the server will send only what changed since
 * @throws PG_* when the connection is gone
 */
export async function offerParent(
  connection: ReplicationConnection,
  facts: ServerFacts,
  parent: StreamParent | null,
  signal?: AbortSignal,
): Promise<StreamParent | null> {
  const details = parent?.details as Partial<PgBackupDetails> | undefined;
  if (parent === null || facts.major < 17 || details?.system_identifier !== facts.system_identifier) return null;
  // Pages that were damaged then would never be looked at again.
  if (details.major !== facts.major || details.pages_damaged !== 0) return null;
  const [row] = await connection.query("SHOW summarize_wal");
  if (Object.values(row ?? {})[0] !== "on") return null;
  const manifest = await parent.read(MANIFEST, 0, MANIFEST_BYTES_MAX);
  if (manifest.length === 0) return null;
  try {
    connection.sendQuery("UPLOAD_MANIFEST");
    const answer = await connection.next(ANSWER_MS, signal);
    if (answer.type !== "G") throw pgError("PG_PROTOCOL", `UPLOAD_MANIFEST was answered with ${answer.type}`);
    for (let at = 0; at < manifest.length; at += SEND_BYTES)
      connection.send("d", manifest.subarray(at, at + SEND_BYTES));
    connection.send("c", Buffer.alloc(0));
    await connection.ready(ANSWER_MS);
    return parent;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await connection.ready(ANSWER_MS);
    return null;
  }
}

/** Whether the server said no (no summaries so far back, say) and would take another command. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof HoldfastError && (hasCode(error, "PG_REFUSED") || hasCode(error, "PG_NOT_CONFIGURED"));

/** The name a member has in a whole backup, when what came of it are changed blocks; else `undefined`. */
export function wholeName(name: string): string | undefined {
  const slash = name.lastIndexOf("/") + 1;
  return name.startsWith(PREFIX, slash) ? name.slice(0, slash) + name.slice(slash + PREFIX.length) : undefined;
}

/** A whole file out of its changed blocks and the parent's. `size` is called with what it came to. */
export async function* wholeFile(
  content: AsyncIterable<Buffer>,
  path: string,
  parent: StreamParent,
  block_bytes: number,
  size: (bytes: number) => void,
): AsyncGenerator<ImagePart> {
  const before = await parent.size(path);
  if (before === undefined)
    throw streamError("STREAM_PARENT_INCOMPLETE", `${path} is sent as changes, and the parent backup does not have it`);
  const bytes = new Bytes(content, path);
  const head = await bytes.exactly(12);
  if (head.readUInt32LE(0) !== MAGIC) throw pgError("PG_PROTOCOL", `${path}: no list of changed blocks`);
  const [count, truncated] = [head.readUInt32LE(4), head.readUInt32LE(8)];
  const list = Buffer.from(await bytes.exactly(4 * count));
  // Blocks begin at a multiple of their size.
  if (count > 0) await bytes.exactly((PAGE - ((12 + 4 * count) % PAGE)) % PAGE);
  let blocks = truncated;
  if (count > 0) blocks = Math.max(blocks, list.readUInt32LE(4 * (count - 1)) + 1);
  size(blocks * PAGE);
  const changes = async function* (): AsyncGenerator<Change> {
    for (let i = 0; i < count; i++) {
      const number = list.readUInt32LE(4 * i);
      if (i > 0 && number <= list.readUInt32LE(4 * (i - 1)))
        throw pgError("PG_PROTOCOL", `${path}: changed blocks come out of order`);
      yield { offset: number * PAGE, bytes: await bytes.exactly(PAGE) };
    }
  };
  yield* overlay({ parent, path, size: () => blocks * PAGE, block_bytes, changes: changes() });
}

/** Takes bytes in the lengths that are asked for. */
class Bytes {
  readonly #source: AsyncIterator<Buffer>;
  readonly #path: string;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>, path: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#path = path;
  }

  async exactly(count: number): Promise<Buffer> {
    if (this.#rest.length >= count) {
      const bytes = this.#rest.subarray(0, count);
      this.#rest = this.#rest.subarray(count);
      return bytes;
    }
    // What the source handed out is valid until it is asked again.
    const parts: Buffer[] = [Buffer.from(this.#rest)];
    let have = this.#rest.length;
    while (have < count) {
      const { value, done } = await this.#source.next();
      if (done === true) throw pgError("PG_PROTOCOL", `${this.#path} ends within its changed blocks`);
      const wanted = Math.min(value.length, count - have);
      parts.push(Buffer.from(value.subarray(0, wanted)));
      this.#rest = value.subarray(wanted);
      have += wanted;
    }
    return Buffer.concat(parts);
  }
}

/** A label without the lines that say that a backup is no whole one. */
export const wholeLabel = (text: string): string => text.replace(/^INCREMENTAL FROM (?:LSN|TLI):.*\n/gm, "");

/**
 * The server's manifest, with whole files in the place of their changes. Of those nobody has a checksum; what the next
 * backup needs of it are names and the range of log.
 */
export function wholeManifest(text: string, sizes: ReadonlyMap<string, number>, label: string): string {
  const lines = text.split("\n");
  const last = lines.findIndex((line) => line.startsWith('"Manifest-Checksum"'));
  if (last < 0) throw pgError("PG_PROTOCOL", "the manifest of the base backup has no checksum of its own");
  const kept = lines.slice(0, last).map((line) => {
    const path = /"Path": "([^"]+)"/.exec(line)?.[1];
    if (path === undefined) return line;
    const name = wholeName(path);
    const size = name === undefined ? undefined : sizes.get(name);
    if (name !== undefined && size === undefined)
      throw pgError("PG_PROTOCOL", `${path} is in the manifest and did not come`);
    if (path === "backup_label") {
      const sum = createHash("sha256").update(label).digest("hex");
      return line
        .replace(/"Size": \d+/, `"Size": ${Buffer.byteLength(label)}`)
        .replace(
          /"Checksum-Algorithm": "[^"]+", "Checksum": "[^"]+"/,
          `"Checksum-Algorithm": "SHA256", "Checksum": "${sum}"`,
        );
    }
    if (name === undefined) return line;
    return line
      .replace(`"Path": "${path}"`, `"Path": "${name}"`)
      .replace(/"Size": \d+/, `"Size": ${String(size)}`)
      .replace(/, "Checksum-Algorithm": "[^"]+", "Checksum": "[^"]+"/, "");
  });
  const body = `${kept.join("\n")}\n`;
  return `${body}"Manifest-Checksum": "${createHash("sha256").update(body).digest("hex")}"}\n`;
}
