import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { openAt, World } from "../../../test/engine/world.ts";
import { BackupReader } from "./index.ts";

test("any stretch of any file of a backup, and its folders, without restoring", async () => {
  using world = await World.create();
  const bytes = randomBytes(5_000_000);
  mkdirSync(join(world.source, "a/b"), { recursive: true });
  writeFileSync(join(world.source, "a/b/big"), bytes);
  truncateSync(join(world.source, "a/b/big"), 9_000_000);
  symlinkSync("b/big", join(world.source, "a/link"));
  const { backup_id } = await world.backup();
  await using opened = await openAt(world.repo);
  const reader = await BackupReader.open(opened.repository, backup_id);
  try {
    const names = (await reader.list(0, Buffer.from("a"))).map(({ name, type }) => `${name.toString()} ${type}`);
    assert.deepEqual(names, ["b directory", "link symlink"]);
    const file = await reader.openPath(0, Buffer.from("a/b/big"));
    const expected = Buffer.concat([bytes, Buffer.alloc(4_000_000)]);
    for (const [offset, length] of [
      [0, 10],
      [4_999_990, 20],
      [1_234_567, 2_000_000],
      [8_999_999, 100],
      [9_000_000, 1],
    ] as const)
      assert.ok((await file.read(offset, length)).equals(expected.subarray(offset, offset + length)), `${offset}`);
    assert.equal((await reader.find(0, Buffer.from("a/link")))?.link_target?.toString(), "b/big");
    await assert.rejects(reader.openPath(0, Buffer.from("a/none")), { code: "BROWSE_PATH_NOT_FOUND" });
  } finally {
    await reader.close();
  }
});
