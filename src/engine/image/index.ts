/**
 * image: files inside the images that backups of VMs and volumes hold, without restoring them.
 * Nouns: appliance (a small virtual machine of libguestfs with the images as its disks), device (a file system that it
 * finds, on a partition, a logical volume or a whole disk), image tree (what a backup shows of them).
 * Invariants: no file system of an image is ever mounted by this machine's own kernel; nothing is written to an image,
 * what a journal's replay writes lies beside it, is bounded and goes with the appliance; the appliance knows no
 * credentials and has no network; each of its answers has a limit of time and size.
 */
export { imageError } from "./errors.ts";
export { FILE_SYSTEMS, imageTree } from "./image-tree.ts";
