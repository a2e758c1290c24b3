/** 1: somebody is woken. 2: somebody works on it today. 3: it waits for the next quarterly review. */
export type Severity = 1 | 2 | 3;

export interface RuleSpec {
  readonly title: string;
  /** When a fact does not say. */
  readonly severity: Severity;
}

/** Every rule; each has a page of its own, docs/runbooks/RULE.md. */
export const rules = {
  complete_failure: { title: "every backup of a project fails", severity: 1 },
  backup_failed: { title: "a workload's newest backup failed", severity: 2 },
  backup_incomplete: { title: "a workload's newest backup could not read everything", severity: 2 },
  backup_missed: { title: "a backup did not run in its window", severity: 2 },
  verify_failed: { title: "a backup does not verify", severity: 1 },
  verification_behind: { title: "backups are not read back in their time", severity: 2 },
  key_access: { title: "a key may not be used", severity: 1 },
  storage_unreachable: { title: "a region's storage does not answer", severity: 1 },
  quota: { title: "a region's storage quota is used up", severity: 2 },
  replication_lag: { title: "the second region is behind", severity: 2 },
  storage_growth: { title: "stored data doubled within a day", severity: 2 },
  retention_anomaly: { title: "retention is not carried out", severity: 2 },
  workload_uncovered: { title: "a tagged workload has no policy", severity: 2 },
  anomaly: { title: "a backup looks like encryption or mass deletion", severity: 1 },
  clock_jump: { title: "the server's clock jumped", severity: 2 },
  evidence_stale: { title: "the evidence log has no head of yesterday", severity: 2 },
  incident_open: { title: "somebody asks for help with a restore", severity: 2 },
  channel_failed: { title: "a channel does not deliver", severity: 2 },
  drill_overdue: { title: "a restore drill is overdue", severity: 2 },
  drill_failed: { title: "a backup did not restore in its drill", severity: 2 },
  drill_finding: { title: "a drill found something that has to be mended", severity: 2 },
  self_recovery: { title: "the control plane would not come back as it is", severity: 2 },
  wal_gap: { title: "a database's log archive has a gap", severity: 1 },
  wal_stalled: { title: "a database's log is not streamed", severity: 2 },
  wal_slot: { title: "a replication slot is in danger", severity: 2 },
  bucket_lag: { title: "a bucket's replica is behind", severity: 2 },
  budget: { title: "a project's budget is nearly used up", severity: 3 },
  agent_silent: { title: "an agent does not report", severity: 2 },
} as const satisfies Readonly<Record<string, RuleSpec>>;

export type RuleId = keyof typeof rules;

export function isRule(id: string): id is RuleId {
  return Object.hasOwn(rules, id);
}

/** A minute in which many things are wrong for one reason: the reason is told, and these are not. */
export const inhibits: Readonly<Partial<Record<RuleId, readonly RuleId[]>>> = {
  complete_failure: ["backup_failed", "backup_missed"],
  key_access: ["backup_failed", "complete_failure"],
  storage_unreachable: ["backup_failed", "complete_failure"],
};
