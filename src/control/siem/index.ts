/**
 * siem: sends the audit log on to systems that watch it. Nouns: sink, format (OCSF, CEF), cursor, backlog.
 * Invariants: each sink gets every entry at least once, in order; its cursor moves only when the other side took what
 * was sent; a sink that does not answer keeps no other waiting, and shows how far behind it is.
 */
export * from "./deliver.ts";
export * from "./format.ts";
export * from "./sinks.ts";
