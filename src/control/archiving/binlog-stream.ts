import { archiveBinlog, type BinlogGap } from "../../engine/source/mariadb/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import { copyBinlogs, pruneBinlogs } from "./binlog-prune.ts";
import { binlogWorkloads, mariaTargetOf, type MariaWorkload, serverIdOf } from "./binlog-targets.ts";
import type { ArchivingPorts, LogKind } from "./supervise.ts";

const RUN_MS = 10 * 60_000;
const NOTE_MS = 1000;
const GAPS_MAX = 100;

/** Binary logs of MariaDB servers. */
export function binlogKind(ports: ArchivingPorts): LogKind<MariaWorkload> {
  const { db, clock, repositories } = ports;
  return {
    noun: "binary log",
    table: "binlog_archives",
    workloads: () => binlogWorkloads(db),
    async ensure({ id: workload_id, project_id, region_id }) {
      await db
        .insertInto("binlog_archives")
        .values({ workload_id, project_id, region_id, gaps: "[]", updated_at: new Date(clock.now_ms()) })
        .onConflict((conflict) =>
          conflict.column("workload_id").doUpdateSet({ region_id }).where("binlog_archives.region_id", "!=", region_id),
        )
        .execute();
    },
    async stream(workload, signal, well) {
      const row = await repositories.ensure(workload.project_id, workload.region_id);
      const target = await mariaTargetOf(workload.source, ports.secret);
      let noted_ms = Number.NEGATIVE_INFINITY;
      await repositories.use(row, (repository) =>
        archiveBinlog({
          repository,
          target,
          workload_id: workload.id,
          server_id: serverIdOf(workload),
          clock,
          signal,
          run_ms: RUN_MS,
          flushed: async ({ file, offset, gtid, last_event_ms, complete }) => {
            well();
            const now_ms = clock.monotonic_ms();
            if (now_ms - noted_ms < NOTE_MS) return;
            noted_ms = now_ms;
            const last_event_at = last_event_ms === null ? null : new Date(last_event_ms);
            const whole = complete ? { complete_at: new Date(clock.now_ms()) } : {};
            const now = { file, position: offset, gtid, last_event_at, updated_at: new Date(clock.now_ms()), ...whole };
            await db
              .updateTable("binlog_archives")
              .set({ state: "STREAMING", status_reason: null, message: null, ...now })
              .where("workload_id", "=", workload.id)
              .execute();
          },
          gap: async (gap) => {
            await recordGap(workload, gap, ports);
            await ports.backUp(workload.id, `the binary log has a hole from ${gap.from} to ${gap.to}`);
          },
        }),
      );
    },
    copy: () => copyBinlogs(ports),
    prune: () => pruneBinlogs(ports),
  };
}

async function recordGap({ id, project_id }: MariaWorkload, gap: BinlogGap, { db, clock, random }: ArchivingPorts) {
  await withTransaction(db, async (tx) => {
    const { gaps } = await tx
      .selectFrom("binlog_archives")
      .select("gaps")
      .where("workload_id", "=", id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (gaps.some((each) => each["from"] === gap.from && each["to"] === gap.to)) return;
    const found = { ...gap, found_at: new Date(clock.now_ms()).toISOString() };
    await tx
      .updateTable("binlog_archives")
      .set({ gaps: JSON.stringify([found, ...gaps].slice(0, GAPS_MAX)) })
      .where("workload_id", "=", id)
      .execute();
    const data = { workload_id: id, ...gap };
    await appendEvent(tx, { type: "holdfast.binlog.gap", subject: id, project_id, data }, { clock, random });
  });
}
