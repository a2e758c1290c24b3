import { readFile, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { ShownTree } from "../../engine/mount/index.ts";
import type { CliIo, CommonOptions } from "./io.ts";
import { note } from "./output.ts";

export interface MountOptions extends CommonOptions {
  readonly allowOther?: boolean;
}

/** Looks whether somebody else has unmounted it. */
const WATCH_MS = 1000;

/**
 * Mounts a tree and stays until Ctrl-C, SIGTERM, or until somebody unmounts it.
 * @param changes the top lists backups, and may change
 */
export async function stayMounted(
  io: CliIo,
  options: MountOptions,
  dir: string,
  tree: ShownTree,
  changes: boolean,
): Promise<void> {
  const { mountTree } = await import("../../engine/mount/index.ts");
  const path = await realpath(resolve(io.cwd, dir)).catch(() => resolve(io.cwd, dir));
  const mounted = await mountTree(tree, {
    dir: path,
    allow_other: options.allowOther === true,
    changes,
    onError: (where, error) => note(io, options, `${where}: ${error instanceof Error ? error.message : String(error)}`),
  });
  if (options.json) io.stdout.write(`${JSON.stringify({ mounted: path })}\n`);
  note(io, options, `mounted on ${path}, read-only; Ctrl-C or fusermount -u ${path} ends it`);
  try {
    while (!io.signal.aborted && (await isMounted(path)))
      await io.clock.sleep(WATCH_MS, io.signal).catch(() => undefined);
  } finally {
    if (await isMounted(path)) await mounted.unmount();
    await tree.close?.();
  }
}

async function isMounted(path: string): Promise<boolean> {
  const escaped = path.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return (await readFile("/proc/self/mountinfo", "utf8")).split("\n").some((line) => line.split(" ")[4] === escaped);
}
