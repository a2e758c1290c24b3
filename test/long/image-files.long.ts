/** Files out of images: each kind of file system, in the state a power cut leaves it in, and images that mean harm. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { imagesSkip } from "../../src/engine/image/testing/kernel.ts";
import { TestMachine } from "../../src/engine/source/vm/testing/machine.ts";
import {
  assertSameFiles,
  backupImage,
  makeImage,
  makeTree,
  mountImage,
  partition,
  started,
  unpack,
  withImages,
} from "../engine/image-world.ts";
import { backupVm } from "../engine/vm-world.ts";
import { describeTree, sh, withoutLinkCounts, World } from "../engine/world.ts";

const skip = imagesSkip();
const timeout = 20 * 60_000;

/** Fills a file system and copies it while it is mounted, its last file only in the journal, or log. */
function dirty(image: string): { readonly copy: string; readonly expected: string } {
  const mounted = mountImage(image);
  try {
    makeTree(mounted.at);
    sh("rmdir lost+found 2>/dev/null || true; sync -f .", mounted.at);
    sh("printf last > last; sync last .", mounted.at);
    sh(`cp --sparse=always ${image} ${image}.dirty`);
    return { copy: `${image}.dirty`, expected: withoutLinkCounts(describeTree(mounted.at)) };
  } finally {
    mounted.unmount();
  }
}

test("XFS, btrfs and NTFS in an MBR: every file, also those that are in a journal only", {
  skip,
  timeout,
}, async () => {
  using world = await World.create();
  const xfs = dirty(makeImage(world, "a-xfs", 320, "mkfs.xfs -q"));
  assert.equal(sh(`xfs_db -r -c 'sb 0' -c 'p inprogress' ${xfs.copy} 2>&1 | tail -1`).trim(), "inprogress = 0");
  const btrfs = dirty(makeImage(world, "b-btrfs", 256, "mkfs.btrfs -q"));
  const ntfs = makeImage(world, "c-ntfs", 64, "mkfs.ntfs -q -F");
  const plain = join(world.folder, "plain");
  mkdirSync(plain);
  makeTree(plain, true);
  const mounted = mountImage(ntfs, "loop");
  sh(`cp -r ${plain}/. ${mounted.at}/`);
  mounted.unmount();
  const disk = partition(world, "disk", [xfs.copy, btrfs.copy, ntfs], "mbr");
  const before = sh(`sha256sum ${disk}`);
  await withImages(world, await backupImage(world, disk), async (tree) => {
    assertSameFiles(xfs.expected, await unpack(world, tree, "volume-p1"));
    assertSameFiles(btrfs.expected, await unpack(world, tree, "volume-p2"));
    sh(`diff -r ${plain} ${await unpack(world, tree, "volume-p3")}`);
  });
  assert.equal(sh(`sha256sum ${disk}`), before);
});

test("file systems of both disks of a VM, with a volume group across them", { skip, timeout }, async (t) => {
  using world = await World.create();
  const [one, two] = ["one", "two"].map((name) => makeImage(world, name, 120, "true")) as [string, string];
  const tree = join(world.folder, "tree");
  mkdirSync(tree);
  makeTree(tree);
  sh("tar --xattrs -cf ../tree.tar .", tree);
  const script = `add-drive ${one} format:raw\nadd-drive ${two} format:raw\nrun
    pvcreate /dev/sda\npvcreate /dev/sdb\nvgcreate vg "/dev/sda /dev/sdb"\nlvcreate data vg 180
    mkfs ext4 /dev/vg/data\nmount /dev/vg/data /\nrm-rf /lost+found\ntar-in ${world.folder}/tree.tar / xattrs:true\n`;
  const made = () =>
    execFileSync("guestfish", [], { input: script, stdio: ["pipe", "pipe", "pipe"], env: environment() });
  made();
  const disks = [one, two].map((path, i) => ({ id: `vd${i}`, path, format: "raw" as const }));
  const vm = await TestMachine.start({ folder: world.path("vm"), disks });
  t.after(() => vm.stop("SIGKILL"));
  const { report } = await backupVm(world, { qmp: vm.qmp });
  await withImages(world, report.backup_id, async (found) => {
    const root = found.reader.manifest.roots[0]?.toString().slice(1) as string;
    const names = (await found.list(Buffer.from(`${root}/filesystems`))).map(({ name }) => name.toString());
    assert.deepEqual(names, ["vg-data"]);
    sh(`diff -r --no-dereference ${tree} ${await unpack(world, found, "vg-data", root)} -x fifo`);
  });
});

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LIBGUESTFS_BACKEND: "direct", LIBGUESTFS_BACKEND_SETTINGS: "force_tcg" };
}

test("an image that claims to be a qcow2 of a file of this host is not believed", { skip, timeout }, async () => {
  using world = await World.create();
  const secret = join(world.folder, "secret");
  sh(`mkfs.ext4 -q ${secret} 16M; chmod 644 ${secret}`);
  const mounted = mountImage(secret);
  writeFileSync(join(mounted.at, "secret"), "of the host");
  mounted.unmount();
  const image = join(world.folder, "hostile");
  sh(`qemu-img create -q -f qcow2 -F raw -b ${secret} ${image}`);
  await withImages(world, await backupImage(world, image), async (tree) => {
    assert.deepEqual(await tree.list(Buffer.from("volume/x/filesystems")), []);
  });
});

test("damaged file systems give errors or files, in bounded time, and the rest can be read", {
  skip,
  timeout,
}, async () => {
  using world = await World.create();
  const good = makeImage(world, "good", 16, "mkfs.ext4 -q");
  const mounted = mountImage(good);
  writeFileSync(join(mounted.at, "here"), "here");
  mounted.unmount();
  const images = [good];
  for (const [i, mkfs] of ["mkfs.ext4 -q", "mkfs.xfs -q", "mkfs.btrfs -q", "mkfs.vfat"].entries()) {
    const image = makeImage(world, `bad${i}`, [32, 320, 128, 40][i] as number, mkfs);
    const bytes = readFileSync(image);
    // The first block stays, so that it is taken for what it was; behind it nothing can be trusted.
    for (let at = 8192; at < bytes.length; at += 4096 * 3)
      if (at < 65_536 || at > 69_632) bytes.fill((at >> 12) & 0xff, at, Math.min(bytes.length, at + 2048));
    writeFileSync(image, bytes);
    images.push(image);
  }
  const disk = partition(world, "disk", images, "gpt");
  await withImages(world, await backupImage(world, disk), async (tree) => {
    for (const name of await tree.list(Buffer.from("volume/x/filesystems"))) {
      const path = Buffer.from(`volume/x/filesystems/${name.name.toString()}`);
      try {
        for await (const { node } of tree.walk(path))
          if (node.type === "file") await (await tree.open(node)).read(0, 4096);
      } catch (error) {
        assert.match(String((error as { code?: unknown }).code), /^(IMAGE_|BROWSE_)/, String(error));
      }
    }
    const here = await tree.open(await tree.get(Buffer.from("volume/x/filesystems/volume-p1/here")));
    assert.equal((await here.read(0, 100)).toString(), "here");
  });
});

test("a reader that is killed is started again", { skip, timeout }, async () => {
  using world = await World.create();
  const image = makeImage(world, "image", 16, "mkfs.ext4 -q");
  const mounted = mountImage(image);
  writeFileSync(join(mounted.at, "here"), "here");
  mounted.unmount();
  await withImages(world, await backupImage(world, image), async (tree) => {
    const read = async () => {
      await started(tree.inner);
      const node = await tree.get(Buffer.from("volume/x/filesystems/volume/here"));
      return (await (await tree.open(node)).read(0, 100)).toString();
    };
    assert.equal(await read(), "here");
    const [pid] = sh(`pgrep -x guestfish -P ${process.pid}`).trim().split("\n");
    assert.ok(Number(pid) > 1);
    process.kill(Number(pid), "SIGKILL");
    await read().catch((error: unknown) => assert.equal((error as { code?: unknown }).code, "IMAGE_READER_FAILED"));
    assert.equal(await read(), "here");
  });
});
