/** Disk images with file systems that others made, in backups. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasCode, newId } from "../../src/base/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import { BackupReader, BackupTree, type InnerTree, writeTar } from "../../src/engine/browse/index.ts";
import { imageTree } from "../../src/engine/image/index.ts";
import { openVolume } from "../../src/engine/source/volume/index.ts";
import { clock, describeTree, openAt, random, sh, withoutLinkCounts, type World } from "./world.ts";

export const MIB = 1024 * 1024;

/** Files of the kinds that there are, with a large one; the same bytes at each call. */
export function makeTree(folder: string, plain = false): void {
  mkdirSync(join(folder, "etc/deep/er"), { recursive: true });
  const stripes = Buffer.alloc(5 * MIB + 123);
  for (let at = 0; at + 8 <= stripes.length; at += 8)
    stripes.writeBigUInt64LE((BigInt(at) * 0x9e3779b97f4a7c15n) % (1n << 63n), at);
  writeFileSync(join(folder, "big"), stripes);
  writeFileSync(join(folder, "etc/fstab"), "# fstab\n");
  writeFileSync(join(folder, "etc/empty"), "");
  writeFileSync(join(folder, "etc/deep/er/with space and é"), "é");
  for (let i = 0; i < 300; i++) writeFileSync(join(folder, `etc/deep/file${i}`), `number ${i}\n`);
  if (plain) return;
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/etc/latin-`), Buffer.of(0xe9)]), "latin");
  writeFileSync(join(folder, 'etc/it\'s "quoted" \\x41'), "quoted");
  writeFileSync(join(folder, "etc/two\nlines"), "lines");
  sh(
    `ln -s ../big etc/link; ln -s nowhere etc/dangling; ln etc/fstab etc/hard; mkfifo etc/fifo; truncate -s 3M etc/holes
     chmod 4751 etc/fstab; chown 1234:5678 etc/deep; touch -d @1234567890.123456789 etc/fstab
     setfattr -n user.plain -v text etc/fstab; setfattr -n user.odd -v 0xff005c41 etc/fstab; setfacl -m u:99:r etc/empty`,
    folder,
  );
}

/** A file with the file system that `mkfs` makes in it. @returns its path */
export function makeImage(world: World, name: string, mib: number, mkfs: string): string {
  const path = join(world.folder, name);
  sh(`truncate -s ${mib}M ${path}; ${mkfs} ${path} >/dev/null`);
  return path;
}

/** Mounts an image with the kernel, as its owner would. @returns the mount, and what ends it */
export function mountImage(path: string, options = "loop"): { readonly at: string; unmount(): void } {
  const at = mkdtempSync(`${path}-mnt-`);
  sh(`mount -o ${options} ${path} ${at}`);
  return { at, unmount: () => void execFileSync("umount", [at]) };
}

/** One disk with a partition for each image, by the names' order. */
export function partition(world: World, name: string, images: readonly string[], table: "gpt" | "mbr"): string {
  const path = join(world.folder, name);
  const mib = images.map((image) => Number(sh(`stat -c %s ${image}`)) / MIB);
  const starts = mib.map((_, i) => 1 + mib.slice(0, i).reduce((sum, size) => sum + size, 0));
  sh(`truncate -s ${2 + mib.reduce((sum, size) => sum + size, 0)}M ${path}`);
  const lines = mib.map((size, i) => `start=${(starts[i] as number) * 2048}, size=${size * 2048}`);
  execFileSync("sfdisk", ["-q", path], {
    input: `label: ${table === "gpt" ? "gpt" : "dos"}\n${lines.join("\n")}\n`,
    stdio: ["pipe", "pipe", "pipe"],
  });
  for (const [i, image] of images.entries())
    sh(`dd if=${image} of=${path} bs=1M seek=${starts[i]} conv=notrunc,sparse status=none`);
  return path;
}

export async function backupImage(world: World, path: string): Promise<string> {
  await using opened = await openAt(world.repo);
  const backup_id = newId("bkp", clock, random);
  const options = { root: "/volume/x", path, snapshot: "none", backup_id, parent: null } as const;
  const { repository } = opened;
  await runStreamBackup({
    repository,
    backup_id,
    labels: {},
    clock,
    kind: "volume",
    root: "/volume/x",
    open: () => openVolume(options),
  });
  return backup_id;
}

export async function withImages<T>(
  world: World,
  backup_id: string,
  work: (tree: BackupTree) => Promise<T>,
): Promise<T> {
  await using opened = await openAt(world.repo);
  const reader = await BackupReader.open(opened.repository, backup_id);
  const inner = imageTree(reader, { clock, random });
  try {
    await started(inner);
    return await work(new BackupTree(reader, inner));
  } finally {
    await inner?.close();
    await reader.close();
  }
}

/** On a busy machine the reader takes longer to start than an answer may take. */
export async function started(inner: InnerTree | undefined): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await inner?.list(Buffer.alloc(0));
      return;
    } catch (error) {
      if (tries > 15 || !hasCode(error, "IMAGE_OPENING")) throw error;
    }
  }
}

/** Fails with the lines of two descriptions of trees that differ; hard links come as files. */
export function assertSameFiles(expected: string, folder: string): void {
  const [left, right] = [expected, withoutLinkCounts(describeTree(folder))].map((text) => text.split("\n"));
  const only = (a: string[] = [], b: string[] = []) => a.filter((line) => !b.includes(line)).slice(0, 15);
  assert.deepEqual({ found: only(right, left), missing: only(left, right) }, { found: [], missing: [] });
}

/** What is in one of the file systems, laid down by GNU tar. */
export async function unpack(world: World, tree: BackupTree, name: string, root = "volume/x"): Promise<string> {
  const out = mkdtempSync(join(world.folder, "out-"));
  const tar = join(out, "all.tar");
  writeFileSync(tar, "");
  for await (const bytes of writeTar(tree, Buffer.from(`${root}/filesystems/${name}`)))
    writeFileSync(tar, bytes, { flag: "a" });
  sh(`tar --xattrs --xattrs-include='*' -xf all.tar; rm all.tar`, out);
  return join(out, name);
}
