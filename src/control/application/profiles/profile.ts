import type { ApplyRule, CollectRule, HealthCheck, QuietRule } from "../../../model/index.ts";

/** What a profile says of the parts it knows by name. */
export interface Profile {
  readonly order: Readonly<Record<string, number>>;
  readonly health: Readonly<Record<string, readonly HealthCheck[]>>;
  readonly collect: readonly CollectRule[];
  readonly apply: readonly ApplyRule[];
  readonly quiet: readonly QuietRule[];
}
