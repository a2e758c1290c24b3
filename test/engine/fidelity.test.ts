/** What goes in comes out: every kind of file and attribute, judged by stat, getfattr, sha256sum and du. */
import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { assertSameTree, needsRoot, sh, World } from "./world.ts";

const bytes = (count: number) => randomFillSync(Buffer.alloc(count));
const codes = (problems: readonly { code: string }[]) => problems.map(({ code }) => code);

test("owners, modes, times, links of both kinds, devices, attributes and ACLs", { skip: needsRoot }, async () => {
  using world = await World.create();
  sh(
    `
    mkdir -p plain/deep empty readonly sticky acl 'with space'
    echo one > plain/a; echo two > plain/deep/b; : > plain/zero
    for mode in 0000 0400 0644 4755 2755 6711 1644; do echo $mode > plain/mode-$mode; chmod $mode plain/mode-$mode; done
    chown 12345:54321 plain/a; chown -h 4294967294:4294967293 plain/deep/b
    ln plain/a plain/deep/a-again; ln plain/a 'with space/a-third'; mkfifo plain/fifo; ln plain/fifo plain/fifo-again
    ln -s a plain/relative; ln -s /nowhere/at/all plain/dangling; ln -s /etc plain/absolute; ln -s "$(printf '%01000d' 0 | tr 0 x)" plain/long
    ln -s "$(printf '%04095d' 0 | tr 0 y)" plain/longest; chown -h 77:88 plain/relative; touch -h -d '1999-12-31 23:59:59.123456789' plain/relative
    mknod plain/block b 259 1048575; mknod plain/char c 4095 255; chown 5:6 plain/char; chmod 0620 plain/char
    setfattr -n user.empty plain/a; setfattr -n user.binary -v 0x00ff0a0d00 plain/a; setfattr -n user.large -v 0x$(head -c 3000 /dev/urandom | xxd -p | tr -d '\\n') plain/zero
    setfattr -n trusted.private -v secret plain/deep; setfattr -h -n trusted.on-link -v x plain/dangling
    cp /bin/true plain/capable; setcap cap_net_raw,cap_setuid=ep plain/capable
    setfacl -m u:1001:rw,g:1002:r,m::rw plain/zero; setfacl -m u:1001:rwx acl; setfacl -d -m u:1003:rx,g::- acl; echo in > acl/inherits
    touch -d '1901-12-20 00:00:00.000000001Z' plain/before; touch -d '1969-12-31 23:59:59.999999999Z' plain/last; touch -d '2446-05-01 00:00:00.5Z' plain/after; touch -d '2262-04-12 00:00:00Z' plain/y2262
    echo x > readonly/file; chmod 0555 readonly; chmod 1777 sticky; touch -d '1965-01-01 00:00:00.25Z' empty
    touch -d '2001-02-03 04:05:06.000000007Z' readonly plain/deep .
    `,
    world.source,
  );
  const { report } = await world.roundTrip();
  assert.deepEqual(report.problems, []);
  // A part of the hard links, and the root's own metadata left alone.
  const { target } = await world.restore(report.backup_id, { paths: ["plain/deep", join(world.source, "with space")] });
  assert.equal(sh(`stat -c %h plain/deep/a-again`, target).trim(), "2");
  assert.equal(statSync(join(target, "plain/deep/a-again")).ino, statSync(join(target, "with space/a-third")).ino);
  assert.ok(!existsSync(join(target, "plain/a")));
});

test("names of any bytes and any length, paths longer than PATH_MAX", async () => {
  using world = await World.create();
  sh(
    `
    printf 1 > $'bad-utf8-\\xff\\xfe'; printf 2 > $'new\\nline'; printf 3 > $'tab\\tquote\\x27\\x22\\\\back'; printf 4 > $'\\x01\\x1f\\x7f'; mkdir $'dir-\\xc3\\x28'; printf 5 > $'dir-\\xc3\\x28/\\xf0\\x9f'
    printf 6 > ...; printf 7 > ' '; printf 8 > -rf; printf 9 > '*'; printf 10 > '!'; printf 11 > ünïcödé; mkdir ....; printf 12 > ..../..x
    name=$(printf '%0255d' 0); printf long > $name; mkdir d-; mkdir d-/$name; printf x > d-/$name/$name
    `,
    world.source,
  );
  // 20 levels of 250 bytes: 5,000 bytes of path, each opened from the one before.
  sh(
    `name=$(printf '%0250d' 0); for i in $(seq 20); do mkdir $name; cd -P $name; done; printf deep > file; ln -s file link`,
    world.source,
  );
  const first = await world.backup();
  assert.deepEqual(first.problems, []);
  const { target, failed } = await world.restore(first.backup_id);
  assert.deepEqual(failed, []);
  assert.equal(
    sh(`diff -r --no-dereference ${world.source} ${target} -x "$(printf '%0250d' 0)" && echo same`).trim(),
    "same",
  );
  const walk = (root: string) =>
    sh(
      `name=$(printf '%0250d' 0); for i in $(seq 20); do cd -P $name; done; cat file; readlink link; stat -c '%A %s %y' file .`,
      root,
    );
  assert.equal(walk(target), walk(world.source));
  const second = await world.backup();
  assert.deepEqual([second.problems, second.stats.directories], [[], first.stats.directories]);
});

test("sparse files keep their holes, wherever these are", async () => {
  using world = await World.create();
  sh(
    `
    truncate -s 50M all-hole; truncate -s 40M start; printf tail >> start; printf head > end; truncate -s 35M end
    for i in $(seq 0 40 400); do printf "block $i" | dd of=many bs=64K seek=$i conv=notrunc status=none; done; truncate -s 100M many
    head -c 36M /dev/urandom > dense; fallocate -p -o 4M -l 8M dense; dd if=/dev/zero of=zeros bs=1M count=8 status=none
    truncate -s 5T huge; printf end >> huge
    `,
    world.source,
  );
  const { backup_id, problems } = await world.backup();
  assert.deepEqual(problems, []);
  const { target, failed } = await world.restore(backup_id);
  assert.deepEqual(failed, []);
  const sums = (root: string) =>
    sh(`sha256sum all-hole start end many dense zeros; tail -c 3 huge; stat -c '%n %s' *`, root);
  assert.equal(sums(target), sums(world.source));
  for (const name of ["all-hole", "start", "end", "many", "dense", "huge"]) {
    const [used, expected] = [target, world.source].map((root) => statSync(join(root, name)).blocks * 512) as [
      number,
      number,
    ];
    assert.ok(Math.abs(used - expected) <= 64 * 1024, `${name} takes ${used} bytes and took ${expected}`);
  }
});

test("sockets are passed over", async () => {
  using world = await World.create();
  sh(`python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.bind("socket")'`, world.source);
  writeFileSync(join(world.source, "file"), "x");
  const { backup_id } = await world.backup();
  const { target, failed } = await world.restore(backup_id);
  assert.deepEqual(failed, []);
  assert.equal(sh("ls", target).trim(), "file");
});

test("20,000 entries in one folder", async () => {
  using world = await World.create();
  sh(
    `mkdir many && cd many && seq -f '%08g' 20000 | xargs -n 1000 touch; for i in $(seq 1 500 20000); do echo $i > $(printf '%08d' $i); done`,
    world.source,
  );
  const first = await world.backup();
  assert.equal(first.stats.files, 20_000);
  const { target, failed } = await world.restore(first.backup_id);
  assert.deepEqual(failed, []);
  assert.equal(sh(`diff -r ${world.source} ${target} && ls many | wc -l`, target).trim(), "20000");
});

test("several roots, nested roots, a symlinked root and a root that is a file", async () => {
  using world = await World.create();
  const at = (name: string) => join(world.source, name);
  for (const name of ["a/inner", "b"]) mkdirSync(at(name), { recursive: true });
  writeFileSync(at("a/inner/file"), "inner");
  symlinkSync("file", at("a/inner/link"));
  writeFileSync(at("b/file"), bytes(100_000));
  writeFileSync(at("single"), bytes(40_000_000));
  symlinkSync("b", at("to-b"));
  const paths = [at("a"), at("b"), at("single"), at("to-b")];
  const { backup_id, problems } = await world.backup({ source: { kind: "files", paths } });
  assert.deepEqual(problems, []);
  const { target, failed } = await world.restore(backup_id);
  assert.deepEqual(failed, []);
  for (const path of [at("a"), at("b")]) assertSameTree(path, join(target, path));
  assertSameTree(at("b"), join(target, at("to-b")));
  assert.deepEqual(readFileSync(join(target, at("single"))), readFileSync(at("single")));
  const single = await world.backup({ source: { kind: "files", paths: [at("single")] } });
  const alone = await world.restore(single.backup_id);
  assert.deepEqual(readFileSync(join(alone.target, "single")), readFileSync(at("single")));
  const nested = await world.backup({ source: { kind: "files", paths: [at("a"), at("a/inner")] } });
  const both = await world.restore(nested.backup_id);
  assert.deepEqual(both.failed, []);
  assertSameTree(at("a"), both.target);
});

test("one_file_system stops at a mount and keeps the place it is mounted on", { skip: needsRoot }, async () => {
  using world = await World.create();
  const mount = join(world.source, "mount");
  mkdirSync(mount);
  sh(`mount -t tmpfs -o size=1m tmpfs ${mount}`);
  try {
    writeFileSync(join(mount, "inside"), "x");
    const within = await world.restore(
      (await world.backup({ source: { kind: "files", paths: [world.source], one_file_system: true } })).backup_id,
    );
    assert.equal(sh("find . | sort", within.target), ".\n./mount\n");
    const all = await world.restore((await world.backup()).backup_id);
    assert.equal(sh("find . | sort", all.target), ".\n./mount\n./mount/inside\n");
  } finally {
    sh(`umount ${mount}`);
  }
});

test("excludes: patterns know case, odd names stop nothing, excluded folders are not entered", async () => {
  using world = await World.create();
  sh(
    `mkdir -p cache keep/cache .git ... node_modules/x; touch cache/a keep/cache/b keep/x.tmp keep/X.TMP .../y.tmp .../z node_modules/x/i Cache $'odd\\xff.tmp' $'line\\n.tmp'`,
    world.source,
  );
  const exclude = ["/cache", "*.tmp", "node_modules/", ".git"];
  const { backup_id, problems } = await world.backup({ source: { kind: "files", paths: [world.source], exclude } });
  assert.deepEqual(problems, []);
  const { target } = await world.restore(backup_id);
  const expected = [".", "./...", "./.../z", "./Cache", "./keep", "./keep/X.TMP", "./keep/cache", "./keep/cache/b"];
  assert.deepEqual(sh("find . | LC_ALL=C sort", target).trim().split("\n"), expected);
});

test("files that vanish or change while they are read are told, and stop nothing", async () => {
  using world = await World.create();
  const path = (name: string) => join(world.source, name);
  for (let i = 0; i < 400; i++) writeFileSync(path(`brief-${i}`), bytes(2000));
  for (let i = 0; i < 4; i++) writeFileSync(path(`growing-${i}`), bytes(1_000_000));
  writeFileSync(path("large"), bytes(40_000_000));
  writeFileSync(path("steady"), "steady");
  const writer = sh(
    `( for i in $(seq 600); do printf x >> growing-$((i % 4)); printf y >> large; rm -f brief-$(( (i * 7) % 400 )); touch brief-new-$i; sleep 0.005; done ) >/dev/null 2>&1 & echo $!`,
    world.source,
  );
  const { backup_id, problems } = await world.backup();
  try {
    process.kill(Number(writer));
  } catch {
    // It ended by itself.
  }
  assert.ok(codes(problems).includes("SOURCE_FILE_CHANGED"), JSON.stringify(codes(problems)));
  const { target, failed } = await world.restore(backup_id);
  assert.deepEqual(failed, []);
  assert.equal(readFileSync(join(target, "steady"), "utf8"), "steady");
  assert.equal((await world.verify(backup_id)).verdict, "valid");
  // A file that changed while it was read is not believed by the next backup.
  const next = await world.backup();
  assert.deepEqual(next.problems, []);
  assertSameTree(world.source, (await world.restore(next.backup_id)).target);
});

test("a large file that vanishes half read is no file in the restore, and told", async () => {
  using world = await World.create();
  for (let i = 0; i < 3; i++) writeFileSync(join(world.source, `large-${i}`), bytes(70_000_000));
  writeFileSync(join(world.source, "steady"), "steady");
  let removed = false;
  const { backup_id, problems } = await world.backup({
    threads: 1,
    onProgress: ({ bytes_done }) => {
      if (removed || bytes_done < 8_000_000) return;
      removed = true;
      for (let i = 0; i < 3; i++) rmSync(join(world.source, `large-${i}`));
    },
  });
  assert.ok(removed);
  assert.ok(codes(problems).includes("SOURCE_FILE_VANISHED"), JSON.stringify(problems));
  const { target, failed } = await world.restore(backup_id);
  const told = failed.map(({ path, code }) => [path.slice(-7), code]);
  for (const name of ["large-0", "large-1", "large-2"]) {
    const vanished = problems.some(({ path, code }) => path.endsWith(name) && code === "SOURCE_FILE_VANISHED");
    assert.equal(existsSync(join(target, name)), !vanished, name);
    if (vanished)
      assert.ok(
        told.some(([path, code]) => path === name && code === "RESTORE_PART_LOST"),
        JSON.stringify(told),
      );
  }
  assert.equal(readFileSync(join(target, "steady"), "utf8"), "steady");
});

test("what a plain user may not read is told, and the rest is backed up", { skip: needsRoot }, async () => {
  using world = await World.create();
  writeFileSync(join(world.source, "open"), "open");
  writeFileSync(join(world.source, "closed"), "closed", { mode: 0o600 });
  mkdirSync(join(world.source, "closed-folder"), { mode: 0o700 });
  writeFileSync(join(world.source, "closed-folder/inside"), "inside");
  sh(`chmod 755 ${world.folder} && chown -R nobody ${world.repo}`);
  const child = join(import.meta.dirname, "child.ts");
  const task = JSON.stringify({ operation: "backup", repo: world.repo, paths: [world.source], threads: 1 });
  const report = JSON.parse(
    sh(`setpriv --reuid nobody --regid nogroup --clear-groups ${process.execPath} ${child} '${task}'`),
  ) as {
    backup_id: string;
    problems: { path: string; code: string }[];
  };
  assert.deepEqual(report.problems.map(({ path, code }) => [path.slice(world.source.length), code]).sort(), [
    ["/closed", "FILE_ACCESS_DENIED"],
    ["/closed-folder", "FILE_ACCESS_DENIED"],
  ]);
  const { target } = await world.restore(report.backup_id);
  assert.equal(sh("find . -type f", target).trim(), "./open");
});

test("attributes larger than the format holds cost one file, not the backup", { skip: needsRoot }, async () => {
  using world = await World.create();
  const disk = mkdtempSync(join(tmpdir(), "holdfast-shm-"));
  sh(`mount -t tmpfs -o size=64m tmpfs ${disk}`);
  try {
    writeFileSync(join(disk, "loaded"), "x");
    writeFileSync(join(disk, "other"), "y");
    sh(
      `for i in $(seq 20); do python3 -c "import os,sys; os.setxattr('loaded', 'trusted.n$i', os.urandom(60000))"; done`,
      disk,
    );
    const { backup_id, problems } = await world.backup({ source: { kind: "files", paths: [disk] } });
    assert.deepEqual(codes(problems), ["TREE_ENTRY_TOO_LARGE"]);
    const { target } = await world.restore(backup_id);
    assert.equal(readFileSync(join(target, "other"), "utf8"), "y");
  } finally {
    sh(`umount ${disk}`);
    rmSync(disk, { recursive: true });
  }
});

test("a folder inside the source takes the restore, and a hard link to it survives", async () => {
  using world = await World.create();
  writeFileSync(join(world.source, "file"), bytes(50_000));
  linkSync(join(world.source, "file"), join(world.source, "again"));
  chmodSync(join(world.source, "file"), 0o640);
  const { backup_id } = await world.backup();
  const before = sh("sha256sum file again", world.source);
  const report = await world.restore(backup_id, { to: join(world.source, "restored") });
  assert.deepEqual(report.failed, []);
  assert.equal(sh("sha256sum file again", world.source), before);
  assert.equal(sh("cd restored && sha256sum file again && stat -c %h file", world.source), `${before}2\n`);
});
