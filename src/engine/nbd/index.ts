/**
 * nbd: disks over the Network Block Device protocol, as client and as server.
 * Nouns: client, context, extent; server, export, overlay.
 * Invariants: every wait, length and queue has a bound, whatever the other side sends; with TLS asked for, nothing is
 * spoken without it; what lies under an overlay is never written.
 */
export { nbdError } from "./errors.ts";
export { NbdClient } from "./client.ts";
export type * from "./client-types.ts";
export { type DiskExtent, diskExtents } from "./extents.ts";
export * from "./export.ts";
export { OverlayDisk } from "./overlay.ts";
export { NbdServer } from "./server.ts";
export type * from "./server-types.ts";
export { BASE_ALLOCATION, STATE_HOLE, STATE_ZERO } from "./wire.ts";
