import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import {
  assertSameFiles,
  backupImage,
  makeImage,
  makeTree,
  MIB,
  mountImage,
  partition,
  unpack,
  withImages,
} from "../../../test/engine/image-world.ts";
import { describeTree, sh, withoutLinkCounts, World } from "../../../test/engine/world.ts";
import { devicesOf } from "./appliance.ts";
import { isListable, quoted, quotedList } from "./quote.ts";
import { attributesOf } from "./records.ts";
import { imagesSkip } from "./testing/kernel.ts";

test("names of file systems, and words for the reader", () => {
  const found = [
    ["/dev/sda", "ext4"],
    ["/dev/sdb1", "unknown"],
    ["/dev/sdb2", "xfs"],
    ["/dev/sdb3", "LVM2_member"],
    ["/dev/vg/root", "ext4"],
  ] as const;
  const names = devicesOf(found, ["vd0", "vd1"]).map(({ name, type }) => `${name} ${type}`);
  assert.deepEqual(names, ["vd0 ext4", "vd1-p2 xfs", "vg-root ext4"]);
  assert.equal(quoted(Buffer.from('/a"b\n\\é')), '"/a\\x22b\\x0a\\x5c\\xc3\\xa9"');
  assert.equal(quotedList([Buffer.from("a b"), Buffer.from("c")]), `"'a b' 'c'"`);
  assert.equal(isListable(Buffer.from("it's")), false);
  const printed =
    "[0] = {\n  attrname: \n  attrval: 1\\x00\n}\n[1] = {\n  attrname: user.k\n  attrval: v\\xffffffff\n}\n";
  const none = "[2] = {\n  attrname: \n  attrval: 0\\x00\n}\n";
  const attributes = attributesOf(Buffer.from(printed + none)).map((file) =>
    file.map(({ name, value }) => [name.toString(), value]),
  );
  assert.deepEqual(attributes, [[["user.k", undefined]], []]);
});

const skip = imagesSkip();

test("ext4 and FAT on a partitioned disk: every file as it was", { skip }, async () => {
  using world = await World.create();
  const ext4 = makeImage(world, "ext4", 48, "mkfs.ext4 -q");
  const fat = makeImage(world, "fat", 40, "mkfs.vfat -F 32");
  const source = join(world.folder, "tree");
  mkdirSync(source);
  const mounted = mountImage(ext4);
  makeTree(mounted.at);
  sh(`rmdir ${mounted.at}/lost+found; sync -f .`, mounted.at);
  // Copied while it is mounted: as after a power cut, its journal has to be replayed.
  sh(`cp --sparse=always ${ext4} ${ext4}.dirty`);
  assert.match(sh(`dumpe2fs -h ${ext4}.dirty 2>/dev/null`), /needs_recovery/);
  const expected = withoutLinkCounts(describeTree(mounted.at));
  const content = readFileSync(join(mounted.at, "big"));
  mounted.unmount();
  makeTree(source, true);
  sh(`mcopy -s -i ${fat} ${source}/* ::`);
  const disk = partition(world, "disk", [`${ext4}.dirty`, fat], "gpt");
  const id = await backupImage(world, disk);
  const before = sh(`sha256sum ${disk}`);

  await withImages(world, id, async (tree) => {
    const names = async (path: string) => (await tree.list(Buffer.from(path))).map(({ name }) => name.toString());
    assert.deepEqual(await names("volume/x"), ["filesystems", "volume.raw"]);
    assert.deepEqual(await names("volume/x/filesystems"), ["volume-p1", "volume-p2"]);
    assertSameFiles(expected, await unpack(world, tree, "volume-p1"));
    sh(`diff -r ${source} ${await unpack(world, tree, "volume-p2")}`);
    const big = await tree.get(Buffer.from("volume/x/filesystems/volume-p1/big"));
    const file = await tree.open(big);
    for (const [at, length] of [
      [0, 10],
      [3 * MIB - 5, 4096],
      [5 * MIB, 1000],
    ] as const)
      assert.ok((await file.read(at, length)).equals(content.subarray(at, at + length)));
    const found: string[] = [];
    for await (const each of tree.inner?.search(Buffer.alloc(0), (name) => name.toString() === "fstab") ?? [])
      found.push(each.path.toString());
    assert.deepEqual(found.sort(), ["volume-p1/etc/fstab", "volume-p2/etc/fstab"]);
    assert.equal(await tree.find(Buffer.from("volume/x/filesystems/volume-p1/none")), undefined);
    assert.equal(await tree.find(Buffer.from("volume/x/filesystems/nothing")), undefined);
  });
  assert.equal(sh(`sha256sum ${disk}`), before);
});
