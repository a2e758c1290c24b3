export interface MountPoint {
  readonly place: string;
  /** The part of the file system that is mounted there, `/` for all of it. */
  readonly root: string;
  /** Of the file system, e.g. `ext4`. */
  readonly kind: string;
}

/** Reads `/proc/self/mountinfo` (proc(5)). Of what is mounted over each other at one place, the last counts. */
export function mountPoints(text: string): MountPoint[] {
  const found = new Map<string, MountPoint>();
  for (const line of text.split("\n")) {
    const [about = "", system = ""] = line.split(" - ");
    const [, , , root, place] = about.split(" ");
    const [kind] = system.split(" ");
    if (root === undefined || place === undefined || kind === undefined) continue;
    found.set(plain(place), { place: plain(place), root: plain(root), kind });
  }
  return [...found.values()];
}

/** Blanks, tabs, line ends and backslashes stand there in octal. */
const plain = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
