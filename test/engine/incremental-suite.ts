/** After every kind of change the next backup is exactly the new state, and the one before still the old. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { assertSameTree, needsRoot, sh, World } from "./world.ts";

const CHANGES: readonly (readonly [string, string])[] = [
  ["other content, size and mtime as before", `t=$(stat -c %y plain); printf OTHER > plain; touch -d "$t" plain`],
  ["renamed", `mv plain renamed; mv folder moved`],
  ["two files that change names", `mv plain x; mv second plain; mv x second`],
  ["mode only", `chmod 0600 plain; chmod 0711 folder`],
  ["owner only", `chown 1234:4321 plain; chown -h 5:6 link`],
  ["attribute only", `setfattr -n user.new -v 1 plain; setfattr -x user.old second`],
  ["ACL only", `setfacl -m u:1001:rx second folder`],
  [
    "a folder where a file was, and the other way round",
    `rm plain; mkdir plain; printf in > plain/inside; rm -r folder; printf file > folder`,
  ],
  ["a symlink where a file was", `rm plain; ln -s second plain`],
  ["a symlink to elsewhere", `ln -sfn plain link`],
  ["a second name", `ln plain again; ln folder/inner folder/inner-again`],
  ["a second name less", `rm hard-2`],
  ["a hole punched", `t=$(stat -c %y large); fallocate -p -o 1M -l 1M large; touch -d "$t" large`],
  ["grown and shrunk", `printf more >> large; truncate -s 3 second`],
  [
    "replaced by rename, with the times of before",
    `cp -a large new; printf X | dd of=new bs=1 seek=70000 conv=notrunc status=none; touch -r large new; mv new large`,
  ],
  ["emptied and deleted", `: > plain; rm -r folder second`],
  ["times only", `touch -d '1960-01-01 00:00:00.5Z' plain; touch -d '2300-01-01Z' folder`],
];

/** @param one_in how many of the changes are tried: every one, or one in so many */
export function incrementalSuite(one_in: number): void {
  test(`one in ${one_in} kinds of change`, { skip: needsRoot }, async () => {
    using world = await World.create();
    const base = join(world.folder, "base");
    mkdirSync(base);
    sh(
      `printf plain > plain; printf second > second; setfattr -n user.old -v 1 second; head -c 3000000 /dev/urandom > large; mkdir folder; printf inner > folder/inner
     ln -s second link; printf hard > hard-1; ln hard-1 hard-2; mkfifo fifo`,
      base,
    );
    // Old enough for the backup to believe that what looks unchanged is.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const states: { what: string; kept: string; backup_id: string }[] = [];
    sh(`rmdir ${world.source}; cp -a ${base} ${world.source}`);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    for (const [what, change] of [
      ["as it was", ":"] as const,
      ["not at all", ":"] as const,
      ...CHANGES.filter((_change, i) => i % one_in === 0),
    ]) {
      // Changes are made to what the backup before saw, so that its entries are what is compared with.
      sh(change, world.source);
      const { backup_id, stats, problems } = await world.backup();
      assert.deepEqual(problems, [], what);
      if (what === "not at all") assert.equal(stats.unchanged_files, stats.files);
      const kept = world.path("state");
      sh(`cp -a ${world.source} ${kept}`);
      states.push({ what, kept, backup_id });
      if (what === "as it was" || what === "not at all") continue;
      // The inode's ctime cannot be set back; the tree as such can: rsync-like, in place, so that unchanged files stay
      // unchanged.
      sh(
        `find . -mindepth 1 -maxdepth 1 ! -name large -exec rm -rf {} +; find ${base} -mindepth 1 -maxdepth 1 ! -name large -exec cp -a {} . \\;; cmp -s large ${base}/large || cp -a ${base}/large large; chmod --reference=${base} .; touch -r ${base} .`,
        world.source,
      );
      sh(`rm -f hard-1 hard-2; cp -a ${base}/hard-1 .; ln hard-1 hard-2; touch -r ${base} .`, world.source);
    }
    for (const { what, kept, backup_id } of states) {
      const { target, failed } = await world.restore(backup_id);
      assert.deepEqual(failed, [], what);
      try {
        assertSameTree(kept, target);
      } catch (error) {
        throw new Error(`after "${what}": ${(error as Error).message}`, { cause: error });
      }
    }
  });
}
