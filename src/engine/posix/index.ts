/**
 * posix: system calls that node:fs lacks or makes expensive, through koffi.
 * Nouns: descriptor, stat, directory listing, extended attribute.
 * Invariants: names are bytes, never text; nothing here follows a symlink unless its name says so; every failure
 * carries its errno.
 */
export * from "./directory.ts";
export { displayPath, errnoOf, posixError } from "./errors.ts";
export * from "./libc.ts";
export { socketFolder } from "./socket-folder.ts";
export * from "./stat.ts";
export * from "./xattr.ts";
