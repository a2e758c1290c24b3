import type { Clock } from "../../../base/index.ts";
import type { ApplyRule, SecretRef, Source, Validation } from "../../../model/index.ts";
import { applicationError } from "../errors.ts";
import { firstValue, openSqlServer, type SqlServer } from "../sql.ts";
import type { Suppression } from "./log.ts";

/** What the log did to a restored application; kept with the restore. */
export interface SuppressionReport {
  /** Entries the log has. */
  readonly entries: number;
  /** Of those, recorded after the point that was restored to. */
  readonly recorded_after_point: number;
  /** Entries that were not in force and are now, in one part or another. */
  readonly applied: number;
  /** Entries that were in force everywhere already. */
  readonly already: number;
  readonly seconds: number;
}

const FALSE = new Set(["0", "f", "false"]);

/**
 * Brings every entry into force in every part that a rule names, and makes sure of it: an entry in force stays as it
 * is.
 * @throws SUPPRESSION_NOT_APPLIED, naming part and address, PG_*, MARIA_*
 */
export async function applySuppressions(
  entries: readonly Suppression[],
  rules: readonly ApplyRule[],
  sources: ReadonlyMap<string, Source>,
  options: {
    readonly point_ms: number;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    secret(reference: SecretRef): Promise<string>;
    onProgress(done: number, total: number): void;
  },
): Promise<{ readonly report: SuppressionReport; readonly validations: readonly Validation[] }> {
  const { clock, signal, point_ms } = options;
  const begun = clock.monotonic_ms();
  const changed = new Set<Suppression>();
  const validations: Validation[] = [];
  let done = 0;
  for (const rule of rules) {
    const source = sources.get(rule.part);
    if (source === undefined)
      throw applicationError(
        "SUPPRESSION_NOT_APPLIED",
        `part ${rule.part}, which suppressions go to, was not restored`,
        {
          part: rule.part,
        },
      );
    const from = clock.monotonic_ms();
    const wanted = entries.filter(
      ({ scope }) => rule.entries === "all" || (rule.entries === "scoped") === (scope !== null),
    );
    const server = await openSqlServer(rule.part, source, rule.database, options.secret);
    try {
      for (const entry of wanted) {
        signal.throwIfAborted();
        if (await applyOne(server, rule, entry)) changed.add(entry);
        options.onProgress(++done, entries.length * rules.length);
      }
    } finally {
      await server.close();
    }
    validations.push({
      name: `suppressions in ${rule.part} (${rule.entries})`,
      query: rule.remaining,
      value: "0",
      expected: "0",
      outcome: "passed",
      duration_ms: Math.round(clock.monotonic_ms() - from),
    });
  }
  const report = {
    entries: entries.length,
    recorded_after_point: entries.filter(({ recorded_at }) => Date.parse(recorded_at) > point_ms).length,
    applied: changed.size,
    already: entries.length - changed.size,
    seconds: Math.round(clock.monotonic_ms() - begun) / 1000,
  };
  return { report, validations };
}

/** @returns whether anything had to be changed */
async function applyOne(server: SqlServer, rule: ApplyRule, entry: Suppression): Promise<boolean> {
  const { address, scope, reason, at, recorded_at } = entry;
  const values = { address, scope, reason, at: at ?? recorded_at };
  const inForce = async () => FALSE.has((await firstValue(server, rule.remaining, values)) ?? "none");
  if (await inForce()) return false;
  for (const statement of rule.statements) await server.rows(statement, values);
  if (await inForce()) return true;
  const message = `${address} can still be mailed from part ${rule.part} after its suppression was applied`;
  throw applicationError("SUPPRESSION_NOT_APPLIED", message, { part: rule.part, address, scope });
}
