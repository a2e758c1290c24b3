/**
 * source/volume: block devices and image files.
 * Nouns: volume, snapshot provider, base (what is kept to compare the next backup with).
 * Invariants: a volume is never written; holes stay holes; a volume that was read without a snapshot says so; one
 * snapshot at most is kept of each, that of the last backup.
 */
export { volumeError } from "./errors.ts";
export { type SnapshotKind, snapshotKinds, type VolumeOptions } from "./provider.ts";
export { openVolume } from "./volume.ts";
