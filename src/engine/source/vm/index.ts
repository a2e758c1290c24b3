/**
 * source/vm: virtual machines of QEMU, through its monitor and NBD, without anything installed in the guest.
 * Nouns: monitor (QMP), guest agent, disk, bitmap, snapshot, scratch.
 * Invariants: a guest's writes never fail for a backup's sake; all disks are as of one instant; whoever comes next
 * finds and takes away what a killed run left; a bitmap is trusted only when the parent backup names it.
 */
export { vmError } from "./errors.ts";
export { cleanVm, forgetVm, openVm } from "./source.ts";
export type { Consistency, DeclaredImage, DiskDetails, VmOptions } from "./options.ts";
export { bootProbe, bootState, type BootProbe, type BootProbeOptions } from "./boot-probe.ts";
export { commandOf, type DiskNode, scriptOf, type VmDescription } from "./definition.ts";
export { type LibvirtDomain, readDomain } from "./libvirt.ts";
export { serveImage } from "./image-server.ts";
export { QmpClient } from "./qmp.ts";
export { isRunning, startMachine, streamIn } from "./run.ts";
export { writeImage } from "./write-image.ts";
