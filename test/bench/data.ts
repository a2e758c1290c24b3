import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  closeSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createCipheriv } from "node:crypto";

/** Data sets are made once in the work folder and used again by the next run. */

function sh(script: string, cwd: string): void {
  execFileSync("bash", ["-euo", "pipefail", "-c", script], { cwd, stdio: ["ignore", "ignore", "pipe"] });
}

function once(path: string, make: (temporary: string) => void): string {
  if (existsSync(path)) return path;
  const temporary = `${path}.making`;
  rmSync(temporary, { recursive: true, force: true });
  process.stderr.write(`bench: making ${path}\n`);
  make(temporary);
  renameSync(temporary, path);
  return path;
}

/** The Linux 6.1 source tree from Debian's linux-source-6.1: 78,579 files, 1.2 GB. */
export function linuxTree(work: string): string {
  return once(join(work, "linux"), (path) => {
    mkdirSync(path);
    sh(
      `apt-get download -q linux-source-6.1 && dpkg -x linux-source-6.1_*.deb deb && tar -xf deb/usr/src/linux-source-6.1.tar.xz && rm -rf deb linux-source-6.1_*.deb`,
      path,
    );
  });
}

/** Where an image's files come from, in this order, until it holds enough: real ones, that any Debian has. */
const IMAGE_SOURCES = ["/usr/lib", "/usr/share", "/usr/bin", "/usr/local", "/opt"];

/**
 * An ext4 image holding files of /usr/lib, as a hypervisor would hold it: full to about 85 %. What does not fit whole
 * is taken in parts; when /usr/lib is small, other folders and at last the Linux tree make up for it.
 * @throws when fewer than three quarters of it can be filled: the row would measure starting up
 */
export function image(work: string, gib = 4): string {
  return once(join(work, `usr-lib-${gib}G.img`), (path) => {
    const wanted_bytes = gib * 0.85 * 1024 ** 3;
    const stage = `${path}.stage`;
    rmSync(stage, { recursive: true, force: true });
    mkdirSync(stage);
    let bytes = 0;
    // A file of less than a block takes one all the same, and its inode.
    const takes = (file: string) => Number(execFileSync("du", ["-s", "-B1", file]).toString().split("\t")[0]);
    const take = (from: string): void => {
      const size = takes(from);
      if (bytes + size <= wanted_bytes) {
        mkdirSync(join(stage, dirname(from)), { recursive: true });
        execFileSync("cp", ["-a", from, join(stage, dirname(from))]);
        bytes += size;
      } else if (lstatSync(from).isDirectory()) {
        for (const name of readdirSync(from).sort()) take(join(from, name));
      }
    };
    const lacks = () => bytes < wanted_bytes * 0.95;
    for (const source of IMAGE_SOURCES) if (lacks() && existsSync(source)) take(source);
    if (lacks()) take(linuxTree(work));
    if (bytes < gib * 0.75 * 1024 ** 3) throw new Error(`only ${bytes} bytes were found to fill an image with`);
    sh(`truncate -s ${gib}G '${path}' && mke2fs -q -t ext4 -d '${stage}' '${path}'`, work);
    rmSync(stage, { recursive: true, force: true });
  });
}

/** What of a sparse file is data. */
export function filledGib(path: string): string {
  return ((statSync(path).blocks * 512) / 1024 ** 3).toFixed(1);
}

/** Bytes nobody can compress: an AES-CTR key stream, the same in every run. */
export function incompressible(work: string, gib = 4): string {
  return once(join(work, `random-${gib}.bin`), (path) => {
    const cipher = createCipheriv("aes-256-ctr", Buffer.alloc(32, 7), Buffer.alloc(16));
    const zeros = Buffer.alloc(8 * 1024 * 1024);
    const fd = openSync(path, "w");
    for (let written = 0; written < gib * 1024 ** 3; written += zeros.length) writeSync(fd, cipher.update(zeros));
    closeSync(fd);
  });
}

/** `files` files of 0 to 511 bytes in folders of 100. */
export function smallFiles(work: string, files = 1_000_000): string {
  return once(join(work, `small-${files}`), (path) => {
    const text = Buffer.from("The quick brown fox jumps over the lazy dog. ".repeat(20));
    for (let folder = 0; folder < files / 100; folder++) {
      const dir = join(path, String(Math.floor(folder / 100)), String(folder));
      mkdirSync(dir, { recursive: true });
      for (let file = 0; file < 100; file++) {
        const number = folder * 100 + file;
        writeFileSync(
          join(dir, `file-${number}.txt`),
          number % 10 === 0 ? "" : `${number}\n${text.subarray(0, (number * 7919) % 500)}`,
        );
      }
    }
  });
}

/**
 * Rewrites 1 % of a file, in spots of 64 KiB chosen by a seeded generator, with bytes of its own kind (moved from
 * elsewhere, lightly changed).
 */
export function rewriteSpots(path: string, generation: number): void {
  const size = statSync(path).size;
  const spot = 64 * 1024;
  const cipher = createCipheriv("aes-256-ctr", Buffer.alloc(32, generation), Buffer.alloc(16));
  const fd = openSync(path, "r+");
  for (let i = 0; i < Math.floor((size * 0.01) / spot); i++) {
    const place = cipher.update(Buffer.alloc(6)).readUIntLE(0, 6) % Math.floor(size / spot);
    const bytes = cipher.update(Buffer.alloc(spot));
    writeSync(fd, bytes, 0, spot, place * spot);
  }
  closeSync(fd);
}

/** Reads everything once, so that each contender finds it in the page cache. */
export function warm(path: string): void {
  const quoted = `'${path}'`;
  execFileSync("bash", ["-c", `find ${quoted} -type f -print0 | xargs -0 -n 200 -P 2 cat > /dev/null`]);
}

export function sizeOf(path: string): number {
  return Number(execFileSync("du", ["-sb", path]).toString().split("\t")[0]);
}
