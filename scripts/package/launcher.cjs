/**
 * The first thing that runs in the single executable. It carries the whole package as one compressed asset, lays it
 * down once for each version (whole, or not at all), and goes on from there: threads, native modules and processes of
 * our own find their files as in any other installation. Plain JavaScript with nothing but Node's own modules.
 */
"use strict";
const { getAsset } = require("node:sea");
const fs = require("node:fs");
const path = require("node:path");
const os = require("node:os");
const zlib = require("node:zlib");
const { createRequire } = require("node:module");

const digest = getAsset("digest", "utf8").trim();

/** Where what was laid down is kept: by root for all, by anybody else for themselves. */
function cacheFolder() {
  if (process.env.BAAS_RUNTIME_DIR) return process.env.BAAS_RUNTIME_DIR;
  if (process.getuid && process.getuid() === 0) return "/var/cache/holdfast";
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "holdfast");
}

/** Only our own user may have written what is run from here. */
function isOurs(folder) {
  const found = fs.lstatSync(folder);
  return found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o022) === 0;
}

function layDown(folder, root) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  const staged = fs.mkdtempSync(path.join(folder, ".laying-"));
  try {
    const all = zlib.zstdDecompressSync(Buffer.from(getAsset("package")), { maxOutputLength: 2 ** 31 - 1 });
    const end = all.indexOf(10);
    const files = JSON.parse(all.subarray(0, end).toString("utf8"));
    let at = end + 1;
    for (const { name, size, mode, link } of files) {
      const target = path.join(staged, name);
      fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o755 });
      if (link === undefined) fs.writeFileSync(target, all.subarray(at, at + size), { mode });
      else fs.symlinkSync(link, target);
      at += size;
    }
    fs.chmodSync(staged, 0o755);
    try {
      fs.renameSync(staged, root);
    } catch (error) {
      // Another process was quicker.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    }
  } finally {
    fs.rmSync(staged, { recursive: true, force: true });
  }
}

const folder = cacheFolder();
const root = path.join(folder, digest);
if (!fs.existsSync(root)) layDown(folder, root);
if (!isOurs(root)) {
  process.stderr.write(`${root} belongs to somebody else, or others may write it: nothing is run from there\n`);
  process.exit(1);
}
// A process that starts another one of ours names its file, as it would to node itself.
const args = process.argv.slice(process.argv[1] === process.execPath ? 2 : 1);
const named = args[0] !== undefined && args[0].startsWith(`${root}${path.sep}`) ? args.shift() : undefined;
const entry = named || path.join(root, "dist", "baas.js");
process.argv = [process.execPath, entry, ...args];
// A module that lies in a file may import what it likes; this one may not.
createRequire(path.join(root, "boot.cjs"))("./boot.cjs")(entry);
