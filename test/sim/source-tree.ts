/** Random changes to a tree of files. */
import fs from "node:fs";
import { join } from "node:path";
import { noise } from "../long/crash/tree.ts";
import type { Dice } from "./dice.ts";

const NAMES = ["a", "b", "c.txt", "data", "näme – 名前", "with space", "new\nline", "-dash", "x".repeat(200), "z"];
const SIZES = [0, 1, 100, 5000, 20_000, 70_000, 300_000];
/** So few different contents that equal ones meet. */
const CONTENTS = 12;

interface Tree {
  readonly folders: string[];
  readonly files: string[];
  readonly all: string[];
}

function look(root: string): Tree {
  const tree: Tree = { folders: [root], files: [], all: [] };
  const walk = (folder: string) => {
    for (const name of fs.readdirSync(folder).sort()) {
      const path = join(folder, name);
      const stat = fs.lstatSync(path);
      tree.all.push(path);
      if (stat.isFile()) tree.files.push(path);
      if (!stat.isDirectory()) continue;
      tree.folders.push(path);
      walk(path);
    }
  };
  walk(root);
  return tree;
}

function content(dice: Dice): Buffer {
  const size = dice.pick(SIZES);
  const name = `content ${dice.below(CONTENTS)}`;
  return dice.happens(0.3) ? Buffer.from(`${name}\n`.repeat(1 + size / 10)).subarray(0, size) : noise(size, name);
}

/** Makes one change. @returns what it was */
export function changeSource(root: string, dice: Dice): string {
  const { folders, files, all } = look(root);
  const kind = dice.weighed({
    write: 30,
    patch: files.length * 2,
    append: files.length,
    remove: all.length > 40 ? 40 : all.length / 2,
    rename: all.length / 2,
    chmod: all.length / 3,
    touch: all.length / 4,
    sparse: 4,
    link: files.length / 3,
    symlink: 3,
    mkdir: folders.length > 12 ? 0 : 10,
    swap: files.length / 3,
  });
  const fresh = () => {
    const path = join(dice.pick(folders), dice.pick(NAMES));
    return fs.lstatSync(path, { throwIfNoEntry: false }) === undefined ? path : `${path}.${dice.below(1000)}`;
  };
  const say = (path: string, more = "") => `${kind} ${JSON.stringify(path.slice(root.length))}${more}`;
  switch (kind) {
    case "write": {
      const path = files.length > 0 && dice.happens(0.4) ? dice.pick(files) : fresh();
      if (fs.lstatSync(path, { throwIfNoEntry: false })) fs.unlinkSync(path);
      const bytes = content(dice);
      fs.writeFileSync(path, bytes);
      return say(path, ` ${bytes.length}`);
    }
    case "patch": {
      // The same size, so that only times tell.
      const path = dice.pick(files);
      const { size } = fs.statSync(path);
      if (size === 0) return say(path, " (empty)");
      const at = dice.below(size);
      const file = fs.openSync(path, "r+");
      fs.writeSync(file, Buffer.from([dice.below(256)]), 0, 1, at);
      fs.closeSync(file);
      return say(path, ` at ${at}`);
    }
    case "append": {
      const path = dice.pick(files);
      fs.appendFileSync(path, content(dice));
      return say(path);
    }
    case "remove": {
      const path = dice.pick(all);
      fs.rmSync(path, { recursive: true });
      return say(path);
    }
    case "rename": {
      const [from, to] = [dice.pick(all), fresh()];
      if (to.startsWith(`${from}/`)) return say(from, " (into itself)");
      fs.renameSync(from, to);
      return say(from, ` to ${JSON.stringify(to.slice(root.length))}`);
    }
    case "chmod": {
      const path = dice.pick(all);
      if (fs.lstatSync(path).isSymbolicLink()) return say(path, " (symlink)");
      const mode = dice.pick([0o600, 0o644, 0o755, 0o4755, 0o400, 0o700]);
      fs.chmodSync(path, mode);
      return say(path, ` ${mode.toString(8)}`);
    }
    case "touch": {
      const path = dice.pick(all);
      const time_s = dice.pick([-86_400.5, 0, 1_700_000_000.123, 4_000_000_000]);
      fs.lutimesSync(path, time_s, time_s);
      return say(path, ` ${time_s}`);
    }
    case "sparse": {
      const path = fresh();
      const file = fs.openSync(path, "w");
      fs.writeSync(file, noise(10_000, `content ${dice.below(CONTENTS)}`), 0, 10_000, dice.below(40) * 50_000);
      fs.ftruncateSync(file, 2_500_000);
      fs.closeSync(file);
      return say(path);
    }
    case "link": {
      const [from, to] = [dice.pick(files), fresh()];
      fs.linkSync(from, to);
      return say(from, ` as ${JSON.stringify(to.slice(root.length))}`);
    }
    case "symlink": {
      const path = fresh();
      fs.symlinkSync(dice.pick(["a", "../b", "/nowhere", "loop"]), path);
      return say(path);
    }
    case "mkdir": {
      const path = fresh();
      fs.mkdirSync(path);
      return say(path);
    }
    case "swap": {
      // Two files change places: names, sizes and times of the folder stay, inodes do not.
      const [one, other] = [dice.pick(files), dice.pick(files)];
      if (one === other) return say(one, " (itself)");
      fs.renameSync(one, `${root}/swapping`);
      fs.renameSync(other, one);
      fs.renameSync(`${root}/swapping`, other);
      return say(one, ` with ${JSON.stringify(other.slice(root.length))}`);
    }
  }
}
