/**
 * inventory: what there is to protect and where it is kept. Nouns: region, project, workload, tag, exception.
 * Invariants: names are unique (workloads within their project, among those not removed); every edit raises the
 * revision, and an edit that names an older one is refused; a removed workload keeps its row, since its backups outlive
 * it.
 */
export * from "./errors.ts";
export * from "./projects.ts";
export * from "./regions.ts";
export * from "./tag-many.ts";
export * from "./tags.ts";
export * from "./workloads.ts";
