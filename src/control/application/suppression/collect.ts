import type { CollectRule, Source, Workload } from "../../../model/index.ts";
import { copyPieces } from "../../../engine/log/index.ts";
import { type ArchivingPorts, copyRegions, type LogKind } from "../../archiving/index.ts";
import { getWorkload, listWorkloads } from "../../inventory/index.ts";
import { applicationError } from "../errors.ts";
import { type Application, rulesOf } from "../profile.ts";
import { instantIn, openSqlServer } from "../sql.ts";
import { compact, suppressionLog } from "./log.ts";
import { type NewSuppression, recordSuppressions, type SuppressionPorts } from "./record.ts";

const RUN_MS = 10 * 60_000;
/** As often everything is read from its beginning: what was written with an old time is found some day. */
const WHOLE_EVERY_MS = 86_400_000;
/** Rows that were written before others, and committed after them. */
const OVERLAP_MS = 3_600_000;
const BEGINNING = "1970-01-01T00:00:00.000Z";

export const isApplication = (workload: Workload): workload is Application => workload.source.kind === "application";

/** Suppressions that applications write into their own databases, read from there again and again. */
export function suppressionKind(ports: ArchivingPorts): LogKind<Application> {
  const { db, clock, repositories } = ports;
  const progress = new Map<string, { readonly whole_ms: number; readonly since: Map<CollectRule["sql"], string> }>();
  return {
    noun: "suppression log",
    table: "suppression_logs",
    workloads: async () =>
      (await listWorkloads(db)).filter(isApplication).filter((each) => rulesOf(each.source).collect.length > 0),
    async ensure({ id: workload_id, project_id, region_id }) {
      await db
        .insertInto("suppression_logs")
        .values({ workload_id, project_id, region_id, updated_at: new Date(clock.now_ms()) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async stream(workload, signal, well) {
      const until_ms = clock.monotonic_ms() + RUN_MS;
      let seen = progress.get(workload.id);
      if (seen === undefined || clock.monotonic_ms() - seen.whole_ms > WHOLE_EVERY_MS) {
        seen = { whole_ms: clock.monotonic_ms(), since: new Map() };
        progress.set(workload.id, seen);
      }
      while (!signal.aborted && clock.monotonic_ms() < until_ms) {
        await collectOnce(workload, ports, seen.since);
        well();
        await clock.sleep(rulesOf(workload.source).every_seconds * 1000, signal).catch(() => undefined); // stopped
      }
      await merged(workload, ports);
    },
    async copy() {
      let copied = 0;
      for (const { id, project_id, region_id } of (await listWorkloads(db)).filter(isApplication)) {
        for (const other of await copyRegions(db, id)) {
          const from = await repositories.find(project_id, region_id);
          const to = await repositories.find(project_id, other);
          await repositories.use(from, (source) =>
            repositories.useStore(to, async (target) => {
              copied += (await copyPieces(source, target, suppressionLog(id))).pieces;
            }),
          );
        }
      }
      return copied;
    },
  };
}

async function merged({ id, project_id, region_id }: Application, { repositories }: ArchivingPorts): Promise<void> {
  const row = await repositories.ensure(project_id, region_id);
  await repositories.use(row, (repository) => compact(repository, id));
}

/**
 * Asks every collecting query once, and records what is new.
 * @throws what the first part that could not be asked says; the others were asked all the same
 */
export async function collectOnce(
  application: Application,
  ports: SuppressionPorts & Pick<ArchivingPorts, "secret">,
  since: Map<CollectRule["sql"], string> = new Map(),
): Promise<{ readonly recorded: number }> {
  const { db, clock } = ports;
  const { id, source, project_id } = application;
  let [recorded, failed]: [number, unknown] = [0, undefined];
  for (const rule of rulesOf(source).collect) {
    try {
      const part = source.parts.find(({ name }) => name === rule.part);
      if (part === undefined)
        throw applicationError("SUPPRESSION_QUERY", `there is no part ${rule.part} to collect from`, {
          part: rule.part,
        });
      const workload = await getWorkload(db, part.workload ?? "", project_id);
      const rows = await ask(rule, workload.source, since.get(rule.sql) ?? BEGINNING, ports.secret);
      recorded += (await recordSuppressions(application, rows, `part: ${rule.part}`, ports)).recorded;
      const last_ms = Math.max(0, ...rows.map(({ at }) => (at === null || at === undefined ? 0 : Date.parse(at))));
      if (last_ms > OVERLAP_MS) since.set(rule.sql, new Date(last_ms - OVERLAP_MS).toISOString());
    } catch (error) {
      failed ??= error;
    }
  }
  if (failed !== undefined) throw failed;
  const now = new Date(clock.now_ms());
  const well = { state: "STREAMING", status_reason: null, message: null, collected_at: now, updated_at: now };
  await db.updateTable("suppression_logs").set(well).where("workload_id", "=", id).execute();
  return { recorded };
}

async function ask(
  { part, database, sql }: CollectRule,
  source: Source,
  since: string,
  secret: ArchivingPorts["secret"],
): Promise<NewSuppression[]> {
  const server = await openSqlServer(part, source, database, secret);
  try {
    const rows = await server.rows(sql, { since });
    return rows.flatMap((row) => {
      const address = row["address"];
      if (address === undefined)
        throw applicationError("SUPPRESSION_QUERY", `the query to part ${part} answers without a column address`, {
          part,
        });
      // Nobody can be mailed under such an address: the log takes none.
      if (address === null || address.trim() === "" || /\s/.test(address.trim()) || address.length > 320) return [];
      return [{ address, scope: row["scope"] ?? null, reason: row["reason"] ?? "", at: instantIn(row["at"]) }];
    });
  } finally {
    await server.close();
  }
}
