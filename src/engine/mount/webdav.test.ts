import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { openAt, World } from "../../../test/engine/world.ts";
import { BackupReader, BackupTree } from "../browse/index.ts";
import { serveWebDav, showBackup } from "./index.ts";

const run = promisify(execFile);
const skip = existsSync("/usr/bin/rclone") && existsSync("/usr/bin/curl") ? false : "needs rclone and curl";

test("a backup over WebDAV: copied by another's client, in parts, and never written", { skip }, async () => {
  using world = await World.create();
  const big = randomBytes(9_000_000);
  mkdirSync(join(world.source, "a/ü & <b>"), { recursive: true });
  writeFileSync(join(world.source, "a/ü & <b>/big"), big);
  writeFileSync(join(world.source, "a/100% #1?.txt"), "odd");
  writeFileSync(join(world.source, "a/empty"), "");
  for (let i = 0; i < 50; i++) writeFileSync(join(world.source, `a/file ${i}`), `number ${i}`);
  utimesSync(join(world.source, "a/empty"), 1_700_000_000, 1_700_000_000);
  const { backup_id } = await world.backup();
  writeFileSync(Buffer.concat([Buffer.from(`${world.source}/a/latin-`), Buffer.of(0xe9)]), "bytes");
  symlinkSync("empty", join(world.source, "a/link"));
  const second = await world.backup();
  await using opened = await openAt(world.repo);
  const show = async (id: string) => showBackup(new BackupTree(await BackupReader.open(opened.repository, id)));
  const tree = await show(backup_id);
  const problems: unknown[] = [];
  const options = {
    host: "127.0.0.1",
    port: 0,
    password: "secret",
    onError: (_: string, e: unknown) => problems.push(e),
  };
  const server = await serveWebDav(tree, options);
  const base = `http://127.0.0.1:${server.port}`;
  const url = `${base}${world.source}`;
  const auth = { authorization: `Basic ${Buffer.from("any:secret").toString("base64")}` };
  try {
    const obscured = execFileSync("rclone", ["obscure", "secret"], { encoding: "utf8" }).trim();
    const remote = `:webdav,url='${url}',user=any,pass='${obscured}':`;
    const rclone = (...args: string[]) =>
      run("rclone", ["--config", "/dev/null", ...args], { env: { ...process.env, no_proxy: "*" } });
    const copied = world.path("copied");
    await rclone("copy", remote, copied);
    rmSync(join(world.source, "a/link"));
    rmSync(Buffer.concat([Buffer.from(`${world.source}/a/latin-`), Buffer.of(0xe9)]));
    await run("diff", ["-r", world.source, copied]);
    await rclone("check", "--download", remote, world.source);
    await assert.rejects(rclone("touch", `${remote}new`));

    const propfind = (depth: string, where = url, headers: Record<string, string> = auth) =>
      fetch(where, { method: "PROPFIND", headers: { ...headers, depth } });
    const found = await propfind("1", `${url}/a`);
    assert.equal(found.status, 207);
    const text = await found.text();
    execFileSync("python3", ["-c", "import sys,xml.dom.minidom as m; m.parse(sys.stdin)"], { input: text });
    assert.match(text, /<D:href>[^<]*\/a\/100%25%20%231%3F\.txt<\/D:href>/);
    assert.match(text, /<D:getcontentlength>0<\/D:getcontentlength>.*Tue, 14 Nov 2023 22:13:20 GMT/);
    assert.equal((await propfind("infinity")).status, 403);
    assert.equal((await propfind("0", url, {})).status, 401);
    const wrong = { authorization: `Basic ${Buffer.from("any:Secret").toString("base64")}` };
    assert.equal((await propfind("0", url, wrong)).status, 401);
    assert.equal((await propfind("0", `${url}/none`)).status, 404);
    assert.equal((await propfind("0", `${base}/%2e%2e/etc/passwd`)).status, 404);
    const part = await fetch(`${url}/a/${encodeURIComponent("ü & <b>")}/big`, {
      headers: { ...auth, range: "bytes=4194300-4194309" },
    });
    assert.equal(part.status, 206);
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(big.subarray(4_194_300, 4_194_310)));
    const beyond = await fetch(`${url}/a/empty`, { headers: { ...auth, range: "bytes=5-" } });
    assert.equal(beyond.status, 416);
    for (const method of ["PUT", "DELETE", "MKCOL", "MOVE", "PROPPATCH", "LOCK"])
      assert.equal((await fetch(`${url}/a/empty`, { method, headers: auth })).status, 405, method);
    assert.equal((await fetch(base, { method: "OPTIONS", headers: auth })).headers.get("dav"), "1");
    assert.match(await (await fetch(`${url}/a/`, { headers: auth })).text(), /100% #1\?\.txt<\/a>/);
    assert.deepEqual(problems, []);
  } finally {
    await server.close();
    await tree.close?.();
  }

  const later = await show(second.backup_id);
  const other = await serveWebDav(later, options);
  try {
    const listing = await fetch(`http://127.0.0.1:${other.port}${world.source}/a`, {
      method: "PROPFIND",
      headers: { ...auth, depth: "1" },
    });
    const text = await listing.text();
    assert.match(text, /latin-\\xe9/, "a name that is no UTF-8");
    assert.doesNotMatch(text, /a\/link/);
    const odd = await fetch(`http://127.0.0.1:${other.port}${world.source}/a/latin-%5Cxe9`, { headers: auth });
    assert.equal(await odd.text(), "bytes");
  } finally {
    await other.close();
    await later.close?.();
  }
});
