import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { systemClock } from "../../../base/index.ts";
import { checkShare, mountOf, parseMounts } from "./index.ts";

const MOUNTINFO = `22 1 8:1 / / rw - ext4 /dev/sda1 rw
90 22 0:50 / /mnt/nas rw,relatime shared:1 - nfs4 nas:/export rw,vers=4.2
91 22 0:51 / /mnt/my\\040files rw - cifs //nas/my\\040files rw
92 90 0:52 / /mnt/nas rw - tmpfs tmpfs rw
`;

test("the mount that a path lies on", () => {
  const mounts = parseMounts(MOUNTINFO);
  assert.equal(mountOf("/mnt/nas2/a", mounts)?.type, "ext4");
  assert.equal(mountOf("/mnt/nas/a", mounts)?.type, "tmpfs", "what was mounted over it is what is seen");
  assert.deepEqual(mountOf("/mnt/my files/a", mounts), {
    point: "/mnt/my files",
    type: "cifs",
    server: "//nas/my files",
  });
});

test("a folder where nothing is mounted is no share, however many files are in it", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-share-"));
  t.after(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, "sub"));
  await assert.rejects(checkShare({ path: dir }, systemClock), { code: "SHARE_NOT_MOUNTED" });
});
