/**
 * Reads a Holdfast repository with nothing but docs/format.md and Node's own modules.
 *
 *   node main.ts REPO list              every entry of the newest backup
 *   node main.ts REPO cat PATH          the bytes of one file, on standard output
 *
 * The passphrase is in BAAS_REPO_PASSWORD. `--backup ID` names another backup, `--packs` reads no index segment.
 * Bytes of a path that are not printable UTF-8 are written, and given, as \xNN.
 */
import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { demand } from "./bytes.ts";
import { openRepository } from "./reader.ts";

function show(path: Buffer): string {
  const text = path.toString("utf8");
  const escape = (char: string) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return Buffer.from(text).equals(path)
    ? text.replace(/[\0-\x1f\x7f\\]/g, escape)
    : path.toString("latin1").replace(/[^\x20-\x5b\x5d-\x7e]/g, escape);
}

function print(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backup: { type: "string" }, packs: { type: "boolean", default: false } },
});
const [folder, command, path] = positionals;
demand(folder && (command === "list" || (command === "cat" && path)), "usage: main.ts REPO list | cat PATH");
const repository = openRepository(folder, process.env["BAAS_REPO_PASSWORD"] ?? "", {
  index: values.packs ? "packs" : "segments",
});
const backup_id = values.backup ?? repository.backup_ids.at(-1);
demand(backup_id, `${folder}: holds no backup`);
const backup = repository.open(backup_id);
let found = false;
for (const entry of backup.entries()) {
  const shown = show(entry.path);
  if (command === "list") {
    const mode = (entry.mode & 0o7777).toString(8).padStart(4, "0");
    const target = entry.target ? ` -> ${show(entry.target)}` : "";
    print(Buffer.from(`${entry.type} ${mode} ${entry.uid}:${entry.gid} ${entry.size} ${shown}${target}\n`));
  } else if (shown === path) {
    found = true;
    for (const bytes of backup.read(entry)) print(bytes);
    break;
  }
}
demand(command === "list" || found, `${path}: not in ${backup_id}`);
