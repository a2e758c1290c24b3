/**
 * anomaly: backups that look like encryption or mass deletion, against their workload's own history. Nouns: shape,
 * signal, anomaly, suspect.
 * Invariants: each backup is looked at once; suspects are no history; while an anomaly is open the last clean backup is
 * held and every newer one is marked; only a person closes it.
 */
export * from "./detect.ts";
export * from "./scan.ts";
