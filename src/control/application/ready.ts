import type { QuietRule, Source, Validation } from "../../model/index.ts";
import type { JobContext } from "../jobs/index.ts";
import type { RecoverPorts } from "../recover/index.ts";
import { Questions } from "../validation/index.ts";
import { checkHealth, type RestoredPart } from "./health.ts";
import { type Application, rulesOf } from "./profile.ts";
import { openSqlServer } from "./sql.ts";
import { applySuppressions } from "./suppression/apply.ts";
import { loadSuppressions } from "./suppression/record.ts";

/**
 * Makes a restored application one that may be used: it sends nothing by itself, every suppression is in force, every
 * part is healthy. Bears being repeated.
 * @throws SUPPRESSION_NOT_APPLIED, STORE_*, LOG_DAMAGED
 */
export async function settle(
  application: Application,
  parts: readonly RestoredPart[],
  { target_ms, collected }: { readonly target_ms: number; readonly collected: string | null },
  { signal, progress }: Pick<JobContext, "signal" | "progress">,
  ports: RecoverPorts,
): Promise<{ readonly details: Record<string, unknown>; readonly validations: readonly Validation[] }> {
  const { clock, sources, db } = ports;
  const { secret } = sources;
  const rules = rulesOf(application.source);
  const servers = new Map(parts.map(({ name, source }) => [name, source]));
  const validations = [...(await beQuiet(rules.quiet, servers, { clock, signal, secret }))];
  let suppressions: Record<string, unknown> | undefined;
  if (rules.apply.length > 0) {
    const { entries, region_id } = await loadSuppressions(application, ports);
    const applied = await applySuppressions(entries, rules.apply, servers, {
      point_ms: target_ms,
      clock,
      signal,
      secret,
      onProgress: (done, total) =>
        progress({
          phase: "apply suppressions",
          files_done: done,
          files_total: total,
          bytes_done: 0,
          bytes_total: null,
          rate_bytes_per_s: 0,
          eta_ms: null,
        }),
    });
    validations.push(...applied.validations);
    const log = await db
      .selectFrom("suppression_logs")
      .select("collected_at")
      .where("workload_id", "=", application.id)
      .executeTakeFirst();
    suppressions = {
      ...applied.report,
      region_id,
      collected_at: log?.collected_at?.toISOString() ?? null,
      ...(collected === null ? {} : { not_collected: collected }),
    };
  }
  for (const part of parts) validations.push(...(await checkHealth(part, { clock, signal, secret })));
  return { details: suppressions === undefined ? {} : { suppressions }, validations };
}

async function beQuiet(
  rules: readonly QuietRule[],
  servers: ReadonlyMap<string, Source>,
  asking: {
    readonly clock: RecoverPorts["clock"];
    readonly signal: AbortSignal;
    readonly secret: RecoverPorts["sources"]["secret"];
  },
): Promise<readonly Validation[]> {
  const questions = new Questions(asking);
  for (const { part, name, database, sql, optional } of rules) {
    const source = servers.get(part);
    if (source === undefined) continue;
    await questions.ask({
      name: `${part}: ${name}`,
      query: sql,
      expected: "done",
      work: async () => {
        const server = await openSqlServer(part, source, database, asking.secret);
        try {
          await server.rows(sql);
          return "done";
        } catch (error) {
          if (!optional) throw error;
          return (error as Error).message;
        } finally {
          await server.close();
        }
      },
      judge: (value) => (value === "done" ? "passed" : "noted"),
    });
  }
  return questions.results;
}
