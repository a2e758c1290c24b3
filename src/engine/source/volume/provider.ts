import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ImagePart, StreamContext } from "../stream/index.ts";
import { volumeError } from "./errors.ts";

export const snapshotKinds = ["none", "reflink", "lvm-thin", "zfs", "rbd"] as const;
export type SnapshotKind = (typeof snapshotKinds)[number];

export interface VolumeOptions {
  readonly root: string;
  /** Absolute path of the device or image file; of an RBD image `/POOL/IMAGE`. */
  readonly path: string;
  readonly snapshot: SnapshotKind;
  readonly ceph_conf?: string;
  /** Names the snapshot. */
  readonly backup_id: string;
  readonly parent: { readonly backup_id: string; readonly details: Readonly<Record<string, unknown>> } | null;
  readonly signal?: AbortSignal;
}

/** A volume as of one instant. */
export interface VolumeSnapshot {
  readonly size_bytes: number;
  /** Kept for the next backup to compare with; `null` when nothing is. */
  readonly base: string | null;
  /** All of it, in order; with `since`, what is as in the parent backup may be left unread. */
  parts(context: StreamContext, since: boolean): AsyncIterable<ImagePart>;
  /** Was told apart from the parent, so that `since` makes a difference. */
  readonly comparable: boolean;
  /** Lets go of what nothing needs any more. */
  release(): Promise<void>;
}

export interface SnapshotProvider {
  /** Takes away what other backups than the parent left, then takes a snapshot. @throws VOLUME_* */
  take(options: VolumeOptions): Promise<VolumeSnapshot>;
}

export const SNAPSHOT_PREFIX = "holdfast-";
export const snapshotName = (backup_id: string) => `${SNAPSHOT_PREFIX}${backup_id}`;

/** What the parent backup kept to compare with. */
export function parentBase(options: VolumeOptions): string | undefined {
  const base = options.parent?.details["base"];
  return typeof base === "string" && options.parent?.details["snapshot"] === options.snapshot ? base : undefined;
}

const COMMAND_MS = 120_000;
const run = promisify(execFile);

/** A provider's own tool. @throws VOLUME_SNAPSHOT_FAILED with its words */
export async function tool(program: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  try {
    const options = { timeout: COMMAND_MS, maxBuffer: 2 ** 28, ...(signal === undefined ? {} : { signal }) };
    return (await run(program, args, options)).stdout;
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    const said = stderr?.trim() || message;
    throw volumeError("VOLUME_SNAPSHOT_FAILED", `${program} ${args[0] ?? ""} failed: ${said}`, { program }, cause);
  }
}
