/**
 * source/volume: block devices and image files.
 * Nouns: volume, stretch of data.
 * Invariants: a volume is opened for reading only; holes stay holes; a volume that was read without a snapshot says so.
 */
export { volumeError } from "./errors.ts";
export { openVolume, type VolumeOptions } from "./volume.ts";
