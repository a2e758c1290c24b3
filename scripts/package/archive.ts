import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";

/** Nothing at run time reads these. */
const LEFT_OUT = /\.(d\.[cm]?ts|map|md|markdown)$|(^|\/)(test|tests|example|examples|docs)\//;

export interface Archive {
  readonly bytes: Buffer;
  /** Names the version that is laid down: the same for the same content. */
  readonly digest: string;
  readonly files: number;
}

/** All files below `root` as the launcher lays them down: a line of JSON that lists them, then their bytes. */
export function archiveOf(root: string): Archive {
  const names = (readdirSync(root, { recursive: true }) as string[]).sort();
  const list: { name: string; size: number; mode: number; link?: string }[] = [];
  const bodies: Buffer[] = [];
  for (const name of names) {
    const path = join(root, name);
    const found = lstatSync(path);
    const ours = name.startsWith("dist/") || name.startsWith("docs/");
    if (found.isDirectory() || (!ours && LEFT_OUT.test(name))) continue;
    if (found.isSymbolicLink()) {
      list.push({ name, size: 0, mode: 0o777, link: readlinkSync(path) });
      continue;
    }
    const body = readFileSync(path);
    list.push({ name, size: body.length, mode: (found.mode & 0o111) === 0 ? 0o644 : 0o755 });
    bodies.push(body);
  }
  const raw = Buffer.concat([Buffer.from(`${JSON.stringify(list)}\n`), ...bodies]);
  const params = { [constants.ZSTD_c_compressionLevel]: 12, [constants.ZSTD_c_nbWorkers]: 2 };
  const digest = createHash("sha256").update(raw).digest("hex").slice(0, 32);
  return { bytes: zstdCompressSync(raw, { params }), digest, files: list.length };
}
