/** One line of `/proc/self/mountinfo`. */
export interface Mount {
  readonly point: string;
  readonly type: string;
  /** e.g. `nas:/export/team` or `//nas/team`. */
  readonly server: string;
}

export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [before = "", after = ""] = line.split(" - ");
      const [type = "", server = ""] = after.split(" ");
      return { point: unescape(before.split(" ")[4] ?? ""), type, server: unescape(server) };
    });
}

/** What is mounted where a path lies; of several at the same point the last, which is the one that is seen. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const holds = mount.point === "/" || path === mount.point || path.startsWith(`${mount.point}/`);
    if (holds && (best === undefined || mount.point.length >= best.point.length)) best = mount;
  }
  return best;
}

function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
