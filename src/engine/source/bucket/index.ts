/**
 * source/bucket: an S3 bucket with its versions, metadata, tags and locks, and a bucket out of a backup.
 * Nouns: key (of an object), version, marker (says that a key was deleted), facts (what belongs to a version beside its
 * bytes), picture (which version each key had at a time).
 * Invariants: a version is read once and taken over from then on; every key becomes a path, and the path that key
 * again; a version whose bytes cannot be read whole is named, and never stored in part.
 */
export { bucketError } from "./errors.ts";
export type { BucketPlace } from "./client.ts";
export { decodePath, KeyPaths } from "./paths.ts";
export { picture, type Pictured } from "./picture.ts";
export { layPicture } from "./lay.ts";
export { fillBucket, type FillOptions, type FillReport, planFill } from "./fill.ts";
export { bucketRoot, openBucket } from "./source.ts";
