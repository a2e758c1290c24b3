import { spawn } from "node:child_process";
import type { ImagePart, StreamContext } from "../stream/index.ts";
import { volumeError } from "./errors.ts";
import { parentBase, type SnapshotProvider, snapshotName, SNAPSHOT_PREFIX, tool } from "./provider.ts";

const BANNER = Buffer.from("rbd diff v1\n");

/** An image of a Ceph cluster, `/POOL/IMAGE`: `rbd export-diff` tells what changed since the parent's snapshot. */
export const rbd: SnapshotProvider = {
  async take(options) {
    const [, pool, image] = /^\/([^/@]+)\/([^/@]+)$/.exec(options.path) ?? [];
    if (pool === undefined || image === undefined)
      throw volumeError("VOLUME_UNREACHABLE", `${options.path} is no /POOL/IMAGE`, { path: options.path });
    const spec = `${pool}/${image}`;
    const common = options.ceph_conf === undefined ? [] : ["-c", options.ceph_conf];
    const ask = (...args: string[]) => tool("rbd", [...args, ...common], options.signal);
    const { size } = JSON.parse(await ask("info", "--format", "json", spec)) as { size: number };
    const base = parentBase(options);
    const names = (JSON.parse(await ask("snap", "ls", "--format", "json", spec)) as { name: string }[]).map(
      (s) => s.name,
    );
    for (const name of names)
      if (name.startsWith(SNAPSHOT_PREFIX) && name !== base)
        await ask("snap", "rm", "--no-progress", `${spec}@${name}`);
    const since = base !== undefined && names.includes(base) ? base : undefined;
    const id = snapshotName(options.backup_id);
    await ask("snap", "create", "--no-progress", `${spec}@${id}`);
    return {
      size_bytes: size,
      base: id,
      comparable: since !== undefined,
      parts: (context, incremental) =>
        exportDiff(
          [...common, ...(incremental && since !== undefined ? ["--from-snap", since] : []), `${spec}@${id}`],
          incremental && since !== undefined,
          size,
          context,
        ),
      release: async () => undefined, // kept for the next one
    };
  },
};

/** Records of changed and zeroed stretches in order, made into parts of whole blocks. */
async function* exportDiff(
  args: readonly string[],
  incremental: boolean,
  size: number,
  { block_bytes, signal }: StreamContext,
): AsyncGenerator<ImagePart> {
  const child = spawn("rbd", ["export-diff", "--no-progress", "--whole-object", ...args, "-"], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-1000);
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      said += error.message;
      resolve(-1);
    });
    child.once("close", resolve);
  });
  const failure = (why: string) => volumeError("VOLUME_SNAPSHOT_FAILED", `rbd export-diff ${why}: ${said.trim()}`);
  try {
    const reader = new Records(child.stdout);
    if (!(await reader.take(BANNER.length)).equals(BANNER)) throw failure("said something unknown");
    const rest = incremental ? "unchanged" : "hole";
    let at = 0;
    for (;;) {
      const tag = (await reader.take(1)).toString("latin1");
      if (tag === "e") break;
      if (tag === "f" || tag === "t") await reader.take((await reader.take(4)).readUInt32LE(0));
      else if (tag === "s") await reader.take(8);
      else if (tag === "w" || tag === "z") {
        const offset = Number((await reader.take(8)).readBigUInt64LE(0));
        const length = Number((await reader.take(8)).readBigUInt64LE(0));
        // Objects are multiples of our blocks, and so are the stretches Ceph tells: it is asked for whole objects.
        if (offset < at || offset + length > size) throw failure("told stretches out of order");
        if (offset > at) yield { kind: rest, length: offset - at };
        if (tag === "z") yield { kind: "hole", length };
        else
          for (let left = length; left > 0; ) {
            const bytes = await reader.take(Math.min(left, block_bytes * 32));
            yield { kind: "data", bytes };
            left -= bytes.length;
          }
        at = offset + length;
      } else throw failure(`sent a record of kind ${tag}`);
    }
    if (at < size) yield { kind: rest, length: size - at };
    if ((await ended) !== 0) throw failure("failed");
  } catch (error) {
    if (error instanceof RangeError) throw failure("ended early");
    throw error;
  } finally {
    child.kill();
    await ended;
  }
}

class Records {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** @throws RangeError at the end */
  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let have = 0;
    while (have < count) {
      if (this.#held.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) throw new RangeError("the stream ended");
        this.#held = next.value;
      }
      const part = this.#held.subarray(0, count - have);
      this.#held = this.#held.subarray(part.length);
      parts.push(part);
      have += part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
}
