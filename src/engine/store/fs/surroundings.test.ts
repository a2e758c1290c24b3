import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { promisify } from "node:util";
import { systemClock as clock, systemRandom as random } from "../../../base/index.ts";
import { failureOf, keysOf, rejects } from "../testing/contract.ts";
import { movableClock } from "../testing/clock.ts";
import { temporaryFolder } from "../testing/fs-folder.ts";
import { runWriter } from "../testing/run-writer.ts";
import { openFsStore } from "./open.ts";

const run = promisify(execFile);
const HOUR_MS = 3_600_000;
const isRoot = process.getuid?.() === 0;

test("a symbolic link in the tree is refused and never followed", async (t) => {
  const path = await temporaryFolder(t);
  const outside = await temporaryFolder(t);
  await writeFile(join(outside, "secret"), "outside");
  const store = await openFsStore({ path, clock, random });
  await store.put("real/k", Buffer.from("x"));
  await symlink(outside, join(path, "linked"));
  await symlink(join(outside, "secret"), join(path, "real", "leaf"));
  const other = await openFsStore({ path, clock, random });
  for (const one of [store, other]) {
    for (const key of ["linked/secret", "linked/deep/er", "real/leaf"]) {
      await rejects(one.get(key), "STORE_DAMAGED", /link/);
      await rejects(one.stat(key), "STORE_DAMAGED", /link/);
      await rejects(one.put(key, Buffer.from("y")), "STORE_DAMAGED", /link/);
      await rejects(one.delete(key), "STORE_DAMAGED", /link/);
      await rejects(one.lock(key, { mode: "COMPLIANCE", retain_until_ms: 9e12 }), "STORE_DAMAGED", /link/);
    }
    await rejects(keysOf(one, "linked/"), "STORE_DAMAGED", /link/);
    await rejects(keysOf(one, ""), "STORE_DAMAGED", /link/);
    await one.close();
  }
  assert.deepEqual(await readdir(outside), ["secret"]);
  assert.equal(await readFile(join(outside, "secret"), "utf8"), "outside");
});

test("names that are no keys are not listed, special files are refused", async (t) => {
  const path = await temporaryFolder(t);
  const store = await openFsStore({ path, clock, random });
  await store.put("k", Buffer.from("x"));
  await mkdir(join(path, "lost+found"));
  await writeFile(join(path, "note to self"), "");
  assert.deepEqual(await keysOf(store, ""), ["k"]);
  await run("mkfifo", [join(path, "fifo")]);
  await rejects(store.get("fifo"), "STORE_DAMAGED", /special/);
  await rejects(keysOf(store, ""), "STORE_DAMAGED", /fifo/);
  await store.close();
});

test("leftovers of dead writers go after a day, those of living ones stay", async (t) => {
  const path = await temporaryFolder(t);
  await (await openFsStore({ path, clock, random })).close();
  const dead = await runAndEnd();
  const name = (pid: number | undefined, tail: string) => `${pid}-${tail.repeat(24)}`;
  const old = [name(dead, "a"), name(process.pid, "b"), "foreign"];
  const young = name(dead, "c");
  for (const file of [...old, young]) await writeFile(join(path, ".tmp", file), "left");
  const twoDaysAgo = new Date(Date.now() - 48 * HOUR_MS);
  for (const file of old) await utimes(join(path, ".tmp", file), twoDaysAgo, twoDaysAgo);
  await (await openFsStore({ path, clock, random })).close();
  assert.deepEqual(
    (await readdir(join(path, ".tmp"))).toSorted(),
    [name(process.pid, "b"), young, "foreign"].toSorted(),
  );
});

test("an unmounted store is unavailable, not empty", async (t) => {
  const parent = await temporaryFolder(t);
  const path = join(parent, "store");
  const store = await openFsStore({ path, clock, random });
  await store.put("a/k", Buffer.from("x"));
  await rename(path, join(parent, "elsewhere"));
  const check = async () => {
    const works = [
      () => store.get("a/n"),
      () => store.stat("a/k"),
      () => store.delete("a/k"),
      () => keysOf(store, ""),
      () => store.put("b/n", Buffer.from("y")),
    ];
    for (const work of works) {
      const error = await failureOf(work());
      assert.equal(error.code, "STORE_UNAVAILABLE", error.message);
      assert.equal(error.status_reason, "StorageUnavailable");
    }
  };
  await check();
  await mkdir(path); // the bare mount point
  await check();
  await rm(path, { recursive: true });
  await rename(join(parent, "elsewhere"), path);
  assert.equal((await store.get("a/k")).toString(), "x");
  await store.close();
});

test("a damaged lock file locks, and a shortened object is noticed through an open handle", async (t) => {
  const path = await temporaryFolder(t);
  const store = await openFsStore({ path, clock, random });
  const lock = { mode: "COMPLIANCE", retain_until_ms: Date.now() + HOUR_MS } as const;
  await store.put("a/k", Buffer.alloc(1000), { lock });
  await writeFile(join(path, ".locks", "a", "k~lock.json"), '{"mode":"NONE"}');
  await rejects(store.delete("a/k"), "STORE_DAMAGED", /k~lock\.json/);
  await rejects(store.put("a/k", Buffer.alloc(1)), "STORE_DAMAGED");
  assert.equal((await store.get("a/k")).byteLength, 1000);
  await truncate(join(path, "a", "k"), 999);
  await rejects(store.get("a/k", { length_bytes: 1000 }), "STORE_SHORT_OBJECT", /999/);
  await store.close();
});

test("a lock left by a writer that died before its object means nothing", async (t) => {
  const path = await temporaryFolder(t);
  const store = await openFsStore({ path, clock, random });
  const lock = { mode: "COMPLIANCE", retain_until_ms: Date.now() + HOUR_MS } as const;
  await store.put("k", Buffer.from("x"), { lock });
  await rm(join(path, "k"));
  assert.equal(await store.stat("k"), undefined);
  await store.put("k", Buffer.from("y"), { if_absent: true });
  assert.equal((await store.stat("k"))?.lock, undefined);
  await store.delete("k");
  await store.close();
});

test("a clock set back neither ends a lock nor makes one that is already over", async (t) => {
  const path = await temporaryFolder(t);
  const moved = movableClock();
  const store = await openFsStore({ path, clock: moved, random });
  const retain_until_ms = Date.now() + HOUR_MS;
  await store.put("k", Buffer.from("x"), { lock: { mode: "COMPLIANCE", retain_until_ms } });
  moved.move(-1000 * HOUR_MS);
  const other = await openFsStore({ path, clock: moved, random });
  await rejects(other.delete("k"), "STORE_LOCKED");
  const useless = { mode: "COMPLIANCE", retain_until_ms: Date.now() - 900 * HOUR_MS } as const;
  await rejects(other.put("n", Buffer.from("x"), { lock: useless }), "STORE_CLOCK_BEHIND", /already seen/);
  await other.put("n", Buffer.from("x"), { lock: { mode: "COMPLIANCE", retain_until_ms } });
  await store.close();
  await other.close();
});

test("the usage behind a quota is counted anew when its record is lost or old", async (t) => {
  const path = await temporaryFolder(t);
  const moved = movableClock();
  const open = () => openFsStore({ path, clock: moved, random, quota_bytes: 10_000 });
  const store = await open();
  await store.put("a/one", Buffer.alloc(6000));
  await rm(join(path, ".state", "usage.json"));
  await rejects(store.put("two", Buffer.alloc(6000)), "STORE_QUOTA_EXCEEDED", /6000 of 10000/);
  await store.close();
  await rm(join(path, "a"), { recursive: true }); // behind the store's back
  moved.move(2 * HOUR_MS);
  const other = await open();
  for (let i = 0; i < 200 && (await usedBytes(path)) > 0; i++) await clock.sleep(10);
  await other.put("two", Buffer.alloc(6000));
  await other.close();
});

test("stores that share a quota are counted together", async (t) => {
  const quota_path = await temporaryFolder(t);
  const open = (name: string) =>
    openFsStore({ path: join(quota_path, name), quota_path, clock, random, quota_bytes: 10_000 });
  const [one, two] = [await open("one"), await open("two")];
  await one.put("a", Buffer.alloc(6000));
  await rejects(two.put("b", Buffer.alloc(6000)), "STORE_QUOTA_EXCEEDED", /60\d\d of 10000/);
  await two.put("b", Buffer.alloc(3000));
  await one.delete("a");
  await two.put("c", Buffer.alloc(6000));
  await one.close();
  await two.close();
  await rm(join(quota_path, ".state"), { recursive: true }); // counted anew from what both hold
  const again = await open("one");
  await rejects(again.put("d", Buffer.alloc(6000)), "STORE_QUOTA_EXCEEDED", /9\d\d\d of 10000/);
  await again.close();
});

test("permission denied is StorageUnavailable", { skip: isRoot ? false : "needs root to become nobody" }, async (t) => {
  const path = await temporaryFolder(t);
  const store = await openFsStore({ path, clock, random });
  await store.close();
  await chmod(path, 0o700);
  const writer = runWriter({
    config: { kind: "fs", path },
    keys: ["k"],
    size_bytes: 100,
    writer: "n",
    as_nobody: true,
  });
  await writer.ended;
  assert.match(writer.lines[0] ?? "", /^refused STORE_UNAVAILABLE permission denied/);
});

for (const kind of ["tmpfs", "ext4"] as const) {
  test(`a full ${kind} is StorageQuotaExceeded and harms nothing`, { timeout: 30_000 }, async (t) => {
    const path = await smallFileSystem(t, kind);
    if (path === undefined) return;
    const store = await openFsStore({ path, clock, random });
    const body = random.bytes(1024 * 1024);
    const kept: string[] = [];
    for (let i = 0; i < 64; i++) {
      const [outcome] = await Promise.allSettled([store.put(`p/${i}`, body)]);
      if (outcome.status === "rejected") {
        const error = await failureOf(Promise.reject(outcome.reason));
        assert.equal(error.code, "STORE_QUOTA_EXCEEDED", error.message);
        assert.equal(error.status_reason, "StorageQuotaExceeded");
        break;
      }
      kept.push(`p/${i}`);
    }
    assert.ok(kept.length >= 2 && kept.length < 32, `${kept.length} objects fitted`);
    assert.deepEqual(await readdir(join(path, ".tmp")), [], "the part written is gone");
    assert.deepEqual(await keysOf(store, ""), kept.toSorted());
    for (const key of kept) assert.ok((await store.get(key)).equals(body));
    await store.delete("p/0");
    await store.put("p/again", body.subarray(0, 1000));
    await store.close();
  });
}

async function usedBytes(path: string): Promise<number> {
  const text = await readFile(join(path, ".state", "usage.json"), "utf8");
  return text === "" ? 1 : (JSON.parse(text) as { used_bytes: number }).used_bytes;
}

async function runAndEnd(): Promise<number | undefined> {
  const { child } = run("true", []);
  await new Promise((resolve) => child.on("close", resolve));
  return child.pid;
}

/** Mounts 16 MiB for this test; skips it, with the reason, where that is not possible. */
async function smallFileSystem(t: TestContext, kind: "tmpfs" | "ext4"): Promise<string | undefined> {
  if (!isRoot) {
    t.skip("mounting needs root");
    return undefined;
  }
  const mounted: string[] = [];
  // Hooks run in the order they were added: this one before the folder is removed.
  t.after(async () => {
    for (const mount of mounted) await run("umount", [mount]);
  });
  const base = await temporaryFolder(t);
  const path = join(base, "mounted");
  await mkdir(path);
  try {
    if (kind === "tmpfs") await run("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", path]);
    else {
      const image = join(base, "image");
      await writeFile(image, "");
      await truncate(image, 16 * 1024 * 1024);
      await run("mkfs.ext4", ["-q", "-F", image]);
      await run("mount", ["-o", "loop", image, path]);
    }
  } catch (error) {
    t.skip(`cannot mount ${kind} here: ${String(error)}`);
    return undefined;
  }
  mounted.push(path);
  return path;
}
