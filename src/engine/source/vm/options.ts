import type { Clock, Random } from "../../../base/index.ts";

export type Consistency =
  /** Freeze when there is an agent; crash consistency with a warning when it does not answer. */
  | "auto"
  /** No backup without a frozen guest. */
  | "agent"
  /** Never freeze. */
  | "crash";

export interface DeclaredImage {
  /** As the disk is called while the VM runs. */
  readonly name: string;
  readonly path: string;
  readonly format: "raw" | "qcow2";
}

export interface VmOptions {
  /** Names its backups: those with the same root follow each other. */
  readonly root: string;
  /** Unix socket of a QMP monitor that nobody else uses. */
  readonly qmp: string;
  /** Unix socket of the guest agent's channel. */
  readonly agent?: string;
  readonly consistency?: Consistency;
  readonly freeze_timeout_ms?: number;
  /** Own folder for this VM, on this host: QEMU keeps blocks there that the guest overwrites during a backup. */
  readonly scratch: string;
  /** Names of the disks to read; all by default. */
  readonly disks?: readonly string[];
  readonly exclude_disks?: readonly string[];
  /** Read when the VM is stopped. */
  readonly images?: readonly DeclaredImage[];
  /** Small files that belong to the VM's description, by path. */
  readonly beside?: Readonly<Record<string, Buffer>>;
  /** What the parent backup's details say. */
  readonly parent: { readonly backup_id: string; readonly details: Readonly<Record<string, unknown>> } | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal;
}

/** What the details of a backup say of each disk. */
export interface DiskDetails {
  readonly name: string;
  readonly size_bytes: number;
  readonly format: string;
  /** Records what changed since this backup; `null` when nothing does. */
  readonly bitmap: string | null;
  readonly read: "full" | "incremental";
  /** Why everything was read. */
  readonly reason: string | null;
  /** Taken over from the parent backup, and read anew, in bytes. */
  readonly unchanged_bytes: number;
  readonly read_bytes: number;
}

export function parentDisk(options: VmOptions, name: string): DiskDetails | undefined {
  const disks = options.parent?.details["disks"];
  if (!Array.isArray(disks)) return undefined;
  return (disks as DiskDetails[]).find((disk) => disk.name === name);
}

export const imagePath = (name: string) => `disks/${name}.raw`;
