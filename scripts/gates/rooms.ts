/** The rooms of scripts/path.cjs, and which file stands in which. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { TOOL_ROOT } from "./tool.ts";

export const ROOMS: readonly string[] = createRequire(import.meta.url)(join(TOOL_ROOT, "scripts/path.cjs")).ROOMS;

/** The room of a path below src/; undefined outside, and in a folder that the list does not know. */
export function roomOf(path: string): string | undefined {
  return ROOMS.find((room) => path.startsWith(`src/${room}/`));
}

/** `engine/chunk (8th)`, or the folder when it is no room. */
export function describeRoom(path: string): string {
  const room = roomOf(path);
  return room === undefined ? (path.split("/")[0] ?? path) : `${room}, number ${ROOMS.indexOf(room) + 1} of the path`;
}
