/**
 * source/bucket: an S3 bucket with its versions, metadata, tags and locks, and a bucket out of a backup.
 * Nouns: key (of an object), version, marker (says that a key was deleted), facts (what belongs to a version beside its
 * bytes), picture (which version each key had at a time), replica (a bucket kept like another one), mark (says which
 * version a replica's version was made from).
 * Invariants: a version is read once and taken over from then on; every key becomes a path, and the path that key
 * again; a version whose bytes cannot be read whole is named, and never stored in part; a replica deletes nothing for
 * good, and takes a key's versions over in their order.
 */
export { bucketError } from "./errors.ts";
export type { BucketPlace } from "./client.ts";
export { decodePath, KeyPaths } from "./paths.ts";
export { picture, type Pictured } from "./picture.ts";
export { layPicture } from "./lay.ts";
export { fillBucket, type FillOptions, type FillReport, planFill } from "./fill.ts";
export { keysTold, pushEvents } from "./events.ts";
export { type Backlog, fingerprintOf, type KeysReport, type PassReport, Replica } from "./replicate.ts";
export { bucketRoot, openBucket } from "./source.ts";
