import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import * as posix from "./index.ts";

function folder(t: { after(f: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), "holdfast-posix-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("stat agrees with node's lstat in every field", (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, "file"), "content", { mode: 0o640 });
  const fd = posix.openRoot(Buffer.from(dir));
  const stat = new posix.FileStat();
  assert.ok(stat.read(fd, posix.cString(Buffer.from("file"))));
  const expected = lstatSync(join(dir, "file"), { bigint: true });
  assert.equal(stat.size, 7);
  assert.equal(BigInt(stat.mode), expected.mode);
  assert.equal(stat.inode, expected.ino);
  assert.equal(stat.mtime_s * 1_000_000_000n + BigInt(stat.mtime_ns), expected.mtimeNs);
  assert.equal(stat.ctime_s * 1_000_000_000n + BigInt(stat.ctime_ns), expected.ctimeNs);
  posix.call.close(fd);
});

test("lists names as bytes, sorted, without the dots", (t) => {
  const dir = folder(t);
  const odd = Buffer.from([0x66, 0xff, 0xfe]);
  writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), odd]), "");
  for (const name of ["b", "a", ".hidden", "..."]) writeFileSync(join(dir, name), "");
  const fd = posix.openRoot(Buffer.from(dir));
  const names = posix.listDirectory(fd, Buffer.from(dir));
  posix.call.close(fd);
  assert.deepEqual(names, [Buffer.from("..."), Buffer.from(".hidden"), Buffer.from("a"), Buffer.from("b"), odd]);
});

test("openBeneath neither follows symlinks nor leaves the folder", (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, "inside"));
  mkdirSync(join(dir, "outside"));
  writeFileSync(join(dir, "outside", "secret"), "");
  symlinkSync("../outside", join(dir, "inside", "link"));
  const fd = posix.openRoot(Buffer.from(join(dir, "inside")));
  for (const path of ["link/secret", "../outside/secret", `${dir}/outside/secret`]) {
    assert.throws(() => posix.openBeneath(fd, Buffer.from(path), posix.O_RDONLY), /openat2/, path);
  }
  posix.call.close(fd);
});

test("opens paths longer than PATH_MAX", (t) => {
  const dir = folder(t);
  const name = "d".repeat(200);
  const root = posix.openRoot(Buffer.from(dir));
  let fd = root;
  for (let i = 0; i < 40; i++) {
    assert.equal(posix.call.mkdirat(fd, posix.cString(Buffer.from(name)), 0o755), 0);
    fd = posix.openBeneath(fd, Buffer.from(name), posix.O_DIRECTORY);
  }
  const deep = posix.openBeneath(root, Buffer.from(Array(40).fill(name).join("/")), posix.O_DIRECTORY);
  const [a, b] = [new posix.FileStat(), new posix.FileStat()];
  a.readFd(fd);
  b.readFd(deep);
  assert.equal(a.inode, b.inode);
  execFileSync("rm", ["-rf", join(dir, name)]);
});

test("reads and sets extended attributes on files and symlinks", (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, "file"), "");
  const fd = posix.openRoot(Buffer.from(dir));
  const attribute = { name: Buffer.from("user.note"), value: Buffer.from([0, 1, 255]) };
  const refused = posix.setXattrAt(fd, Buffer.from("file"), attribute);
  if (refused === "ENOTSUP" || refused === "EOPNOTSUPP") return t.skip("this file system has no xattrs");
  assert.equal(refused, undefined);
  assert.deepEqual(posix.readXattrsAt(fd, Buffer.from("file")), [attribute]);
  const file = posix.openBeneath(fd, Buffer.from("file"), posix.O_RDONLY);
  assert.deepEqual(posix.readXattrsFd(file, Buffer.from("file")), [attribute]);
});

test("an error names call, path and errno, and shows odd bytes readably", () => {
  assert.throws(
    () => posix.openRoot(Buffer.from([0x2f, 0x6e, 0x6f, 0xff])),
    (error: Error & { code?: string }) => error.code === "FILE_NOT_FOUND" && error.message === "open /no\\xff: ENOENT",
  );
});
