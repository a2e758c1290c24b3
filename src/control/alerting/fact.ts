import type { Clock } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { RuleId, Severity } from "./rules.ts";

/** Something that is wrong now. Not an occurrence: it is found again with every look, until it is right again. */
export interface Fact {
  readonly rule: RuleId;
  /** The cause. Facts of one cause are one alert, whatever they hurt. */
  readonly cause: string;
  readonly severity?: Severity;
  readonly project_id: string | null;
  /** Id of what it is about. */
  readonly subject: string;
  /** One sentence for somebody who is woken by it. */
  readonly summary: string;
  /** What the cause hurts: names of workloads, ids of backups. */
  readonly members: readonly string[];
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

export interface FactPorts {
  readonly db: Db;
  readonly clock: Clock;
}

/** Finds the facts of some rules. Any room may bring one; the server puts them together. */
export interface FactSource {
  readonly name: string;
  /** An alert of these rules is resolved when the source looked and did not find its fact again. */
  readonly rules: readonly RuleId[];
  /** Dear ones look less often; in between their last answer holds. */
  readonly every_ms?: number;
  load(ports: FactPorts): Promise<readonly Fact[]>;
}
