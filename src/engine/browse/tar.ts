import type { BackupNode, NodeType } from "./backup-reader.ts";
import type { BackupTree } from "./backup-tree.ts";
import { readStream } from "./read-stream.ts";

const BLOCK_BYTES = 512;
const TYPEFLAGS: Partial<Record<NodeType, string>> = { file: "0", symlink: "2", directory: "5", fifo: "6" };
/** Small entries go out together. */
const BATCH_BYTES = 256 * 1024;

/**
 * A folder (or file) of a backup as a tar archive in pax format: names as bytes, times to the nanosecond, extended
 * attributes as GNU tar and star write them. Sockets and devices are left out: a tar cannot hold the first, and nobody
 * who downloads a folder wants the second. Hard links are written as the files they are.
 */
export async function* writeTar(tree: BackupTree, path: Buffer): AsyncGenerator<Buffer> {
  const slash = path.lastIndexOf(47);
  const above = slash < 0 ? 0 : slash + 1;
  let batch: Buffer[] = [];
  let batched = 0;
  for await (const found of tree.walk(path)) {
    const flag = TYPEFLAGS[found.node.type];
    if (flag === undefined) continue;
    const below = found.path.subarray(above);
    batch.push(header(below.length === 0 ? Buffer.from(".") : below, found.node, flag));
    batched += (batch.at(-1) as Buffer).length;
    if (found.node.type === "file" && found.node.size > 0) {
      for await (const bytes of readStream(await tree.open(found.node))) {
        batch.push(bytes);
        batched += bytes.length;
        if (batched < BATCH_BYTES) continue;
        yield Buffer.concat(batch);
        [batch, batched] = [[], 0];
      }
      batch.push(padding(found.node.size));
    }
    if (batched < BATCH_BYTES) continue;
    yield Buffer.concat(batch);
    [batch, batched] = [[], 0];
  }
  yield Buffer.concat([...batch, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
}

function header(path: Buffer, node: BackupNode, flag: string): Buffer {
  const name = node.type === "directory" ? Buffer.concat([path, Buffer.from("/")]) : path;
  const target = node.link_target ?? Buffer.alloc(0);
  const size = node.type === "file" ? node.size : 0;
  const pax: (readonly [string, Buffer])[] = [["mtime", Buffer.from(seconds(node.mtime_ns))]];
  if (name.length > 100) pax.push(["path", name]);
  if (target.length > 100) pax.push(["linkpath", target]);
  if (size >= 8 ** 11) pax.push(["size", Buffer.from(String(size))]);
  if (node.uid >= 8 ** 7) pax.push(["uid", Buffer.from(String(node.uid))]);
  if (node.gid >= 8 ** 7) pax.push(["gid", Buffer.from(String(node.gid))]);
  for (const { name: key, value } of node.xattrs) {
    const text = key.toString("latin1");
    if (!text.includes("=")) pax.push([`SCHILY.xattr.${text}`, Buffer.from(value)]);
  }
  const records = Buffer.concat(pax.map(([key, value]) => record(key, value)));
  const extended = ustar({
    name: Buffer.from("PaxHeaders/entry"),
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: records.length,
    flag: "x",
  });
  const own = ustar({
    name,
    mode: node.mode & 0o7777,
    uid: node.uid,
    gid: node.gid,
    size,
    flag,
    target,
    mtime_s: node.mtime_ns / 1_000_000_000n,
  });
  return Buffer.concat([extended, records, padding(records.length), own]);
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function record(key: string, value: Buffer): Buffer {
  const tail = Buffer.concat([Buffer.from(` ${key}=`, "latin1"), value, Buffer.from("\n")]);
  let length = tail.length + 1;
  while (String(length).length + tail.length !== length) length = String(length).length + tail.length;
  return Buffer.concat([Buffer.from(String(length)), tail]);
}

function seconds(ns: bigint): string {
  const whole = ns >= 0n ? ns / 1_000_000_000n : -((-ns + 999_999_999n) / 1_000_000_000n);
  return `${whole}.${String(ns - whole * 1_000_000_000n).padStart(9, "0")}`;
}

interface Ustar {
  readonly name: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly flag: string;
  readonly target?: Buffer;
  readonly mtime_s?: bigint;
}

function ustar({ name, mode, uid, gid, size, flag, target, mtime_s = 0n }: Ustar): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  name.copy(block, 0, 0, 100);
  const octal = (value: number | bigint, at: number, digits: number) => {
    const text = BigInt(value) < 0n ? "0" : BigInt(value).toString(8);
    block.write((text.length > digits ? "0" : text).padStart(digits, "0"), at, "latin1");
  };
  octal(mode, 100, 7);
  octal(uid, 108, 7);
  octal(gid, 116, 7);
  octal(size, 124, 11);
  octal(mtime_s, 136, 11);
  block.fill(32, 148, 156);
  block.write(flag, 156, "latin1");
  target?.copy(block, 157, 0, 100);
  block.write("ustar\u000000", 257, "latin1");
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block[154] = 0;
  return block;
}
