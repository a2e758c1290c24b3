/** Files inside the image of a volume, by a running server: command line, API and mount, as people use them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { cli } from "../../src/apps/cli/testing.ts";
import { createWorkload } from "../../src/control/inventory/index.ts";
import { requestBackup } from "../../src/control/protect/index.ts";
import { imagesSkip } from "../../src/engine/image/testing/kernel.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { installation, serveInstallation } from "../../src/testing/index.ts";
import { makeImage, makeTree, mountImage, partition } from "../engine/image-world.ts";
import { clock, sh, World } from "../engine/world.ts";

const databases = testDatabases();
const BAAS = fileURLToPath(new URL("../../src/apps/cli/main.ts", import.meta.url));
const READY_MS = 5 * 60_000;

test("files out of a volume's ext4 partition: ls, find, cat, get, search, the API, a mount", {
  skip: imagesSkip(),
  timeout: 20 * 60_000,
}, async (t) => {
  using world = await World.create();
  const ext4 = makeImage(world, "a-ext4", 64, "mkfs.ext4 -q");
  const plain = join(world.folder, "plain");
  mkdirSync(plain);
  makeTree(plain, true);
  const mounted = mountImage(ext4);
  sh(`cp -r ${plain}/. ${mounted.at}/`);
  mounted.unmount();
  const disk = partition(world, "disk", [ext4], "gpt");

  const it = await installation(t, databases);
  await it.run();
  const source = { kind: "volume" as const, path: disk };
  const workload = { name: "data", project: "acme", type: "volume" as const, source, tags: {} };
  await createWorkload(it.db, workload, it);
  const top = `/volume${disk}`;
  // It warns that a file without snapshots is read as it is.
  const job = await it.ended((await requestBackup(it.db, { workload: "data" }, it)).job_id);
  assert.equal(job.state, "SUCCEEDED_WITH_WARNINGS", JSON.stringify(job.error));
  const backup_id = String(job.backup_id);
  const { env, socket_path, token } = await serveInstallation(t, it);
  const inside = `${top}/filesystems/volume-p1`;

  const files = async (...argv: string[]) => {
    // The reader of images takes longer to start than an answer may take on a busy machine.
    for (const end = performance.now() + READY_MS; ; ) {
      const done = await cli(["files", ...argv], { env, cwd: it.dir });
      if (done.code === 0) return done.stdout;
      assert.ok(done.stderr.includes("IMAGE_OPENING") && performance.now() < end, `${argv.join(" ")}: ${done.stderr}`);
      await clock.sleep(1000);
    }
  };
  const names = async (...argv: string[]) => {
    const { items } = JSON.parse(await files(...argv, "--json")) as { items: { name: string; path: string }[] };
    return items.map(({ name }) => name).sort();
  };
  const begun = performance.now();
  assert.deepEqual(await names("ls", "--backup-id", backup_id, "--path", top), ["filesystems", "volume.raw"]);
  assert.deepEqual(await names("ls", "--backup-id", backup_id, "--path", `${top}/filesystems`), ["volume-p1"]);
  t.diagnostic(`the first look took ${Math.round(performance.now() - begun)} ms`);
  assert.deepEqual(await names("ls", "--backup-id", backup_id, "--path", inside), ["big", "etc", "lost+found"]);
  assert.equal(await files("cat", "--backup-id", backup_id, `${inside}/etc/fstab`), "# fstab\n");
  assert.equal(await files("cat", "--backup-id", backup_id, `${inside}/etc/fstab`, "--range", "2-6"), "fstab");
  const found = await names("find", "--backup-id", backup_id, "--path", inside, "--name", "file29*");
  assert.deepEqual(found, sh("find . -name 'file29*' -printf '%f\\n' | sort", plain).trim().split("\n"));
  await files("get", "--backup-id", backup_id, `${inside}/big`);
  sh(`cmp ${join(it.dir, "big")} ${join(plain, "big")}`);
  await files("get", "--backup-id", backup_id, `${inside}/etc`, "--output", "etc.tar");
  mkdirSync(join(it.dir, "out"));
  sh(`tar -C out -xf etc.tar && diff -r out/etc ${join(plain, "etc")}`, it.dir);
  const { items } = JSON.parse(await files("search", "fstab", "--workload", "data", "--json")) as {
    items: { path?: string; entry?: { path: string } }[];
  };
  assert.ok(JSON.stringify(items).includes(`${inside}/etc/fstab`), JSON.stringify(items));

  // What the console's browser asks for.
  const path = encodeURIComponent(`${inside}/etc/deep/er`);
  const answer = sh(
    `curl -s --unix-socket ${socket_path} -H 'authorization: Bearer ${token}' 'http://x/v1/backups/${backup_id}/files?path=${path}'`,
  );
  assert.match(answer, /with space and é/);

  const at = join(it.dir, "mnt");
  mkdirSync(at);
  const mount = spawn(process.execPath, [BAAS, "mount", "--backup-id", backup_id, at], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(mount, "exit");
  try {
    for (const end = performance.now() + READY_MS; statSync(at).dev === statSync(it.dir).dev; await clock.sleep(200))
      assert.ok(mount.exitCode === null && performance.now() < end, "nothing is mounted");
    sh(`cp -r ${at}${inside}/etc ${at}${inside}/big out/ && diff -r out/etc ${join(plain, "etc")}`, it.dir);
    assert.ok(readFileSync(join(it.dir, "out/big")).equals(readFileSync(join(plain, "big"))));
  } finally {
    mount.kill("SIGTERM");
    await ended;
  }
});
