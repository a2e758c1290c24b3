import { readdir, readFile, readlink } from "node:fs/promises";

/**
 * The command line of the process that listens at a unix socket, when this user may see it; without secrets. It says
 * what no monitor command does: firmware, boot order, how devices hang together.
 */
export async function commandLineOf(socket_path: string): Promise<readonly string[] | undefined> {
  try {
    const line = (await readFile("/proc/net/unix", "utf8"))
      .split("\n")
      .find((each) => each.endsWith(` ${socket_path}`));
    const inode = line?.trim().split(/\s+/)[6];
    if (inode === undefined) return undefined;
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
      for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
        const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => "");
        if (target !== `socket:[${inode}]`) continue;
        return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replace(/\0$/, "").split("\0").map(withoutSecrets);
      }
    }
  } catch {
    // It only adds to what the monitor says.
  }
  return undefined;
}

function withoutSecrets(argument: string): string {
  if (!/secret|password/i.test(argument)) return argument;
  return argument
    .replace(/\b(data|password)=[^,]*/gi, "$1=(left out)")
    .replace(/"(data|password)"\s*:\s*"[^"]*"/gi, '"$1":"(left out)"');
}
