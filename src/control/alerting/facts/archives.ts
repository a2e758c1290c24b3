import type { Fact, FactSource } from "../fact.ts";
import { listArchives, listBinlogs } from "../../archiving/index.ts";

/** A server that restarts is back by then. */
const STALLED_MS = 120_000;
/** A quiet server that pushes its log itself sends nothing, and nothing it has is missing. */
const NOT_PUSHED_MS = 86_400_000;
/** Without a bound of its own a slot fills the server's disk. */
const RETAINED_BYTES = 16 * 1024 ** 3;

export const archives: FactSource = {
  name: "logs of databases",
  rules: ["wal_gap", "wal_stalled", "wal_slot"],
  async load({ db, clock }) {
    const now_ms = clock.now_ms();
    const newest = await db
      .selectFrom("backups")
      .select(["workload_id", (build) => build.fn.max("completed_at").as("completed_at")])
      .where("state", "=", "AVAILABLE")
      .groupBy("workload_id")
      .execute();
    const completed = new Map(newest.map(({ workload_id, completed_at }) => [workload_id, completed_at]));
    const facts: Fact[] = [];
    for (const each of await listArchives(db, now_ms)) {
      const { workload_id, workload_name, project_id } = each;
      const about = { project_id, subject: workload_id, members: [workload_name] };
      const [gap] = each.gaps;
      const backup = completed.get(workload_id);
      if (gap !== undefined && (backup === undefined || backup === null || backup < gap.found_at))
        facts.push({
          ...about,
          rule: "wal_gap",
          cause: workload_id,
          summary: `the log of ${workload_name} is missing from ${gap.from_lsn} to ${gap.to_lsn} on timeline ${gap.timeline}, and no backup was made since`,
          details: { from_lsn: gap.from_lsn, to_lsn: gap.to_lsn, timeline: gap.timeline },
        });
      const silent_ms = now_ms - (each.last_commit_at ?? each.updated_at).getTime();
      const pushed = each.state === "PUSHED";
      if (pushed ? now_ms - each.updated_at.getTime() > NOT_PUSHED_MS : isStalled(each.state, silent_ms))
        facts.push({
          ...about,
          rule: "wal_stalled",
          cause: workload_id,
          summary: pushed
            ? `no file of the log of ${workload_name} was pushed since ${each.updated_at.toISOString()}`
            : `the log of ${workload_name} has not been streamed for ${Math.round(silent_ms / 1000)} s: ${each.message ?? "no server does it"}`,
        });
      const { slot_status: status, slot_retained_bytes: kept } = each;
      if (status === "unreserved" || status === "lost" || (kept ?? 0) > RETAINED_BYTES)
        facts.push({
          ...about,
          rule: "wal_slot",
          cause: workload_id,
          ...(status === "unreserved" || status === "lost" ? { severity: 1 as const } : {}),
          summary: `slot ${each.slot_name} of ${workload_name} is ${status ?? "unknown"} and keeps ${Math.round((kept ?? 0) / 1024 ** 2)} MiB of log on the server`,
        });
    }
    for (const each of await listBinlogs(db, now_ms)) {
      const { workload_id, workload_name, project_id } = each;
      const about = { project_id, subject: workload_id, members: [workload_name], cause: workload_id };
      const [gap] = each.gaps;
      const backup = completed.get(workload_id);
      if (gap !== undefined && (backup === undefined || backup === null || backup < gap.found_at))
        facts.push({
          ...about,
          rule: "wal_gap",
          summary: `the binary log of ${workload_name} is missing from ${gap.from} to ${gap.to}, and no backup was made since`,
          details: { from: gap.from, to: gap.to },
        });
      const silent_ms = each.rpo_seconds === null ? now_ms - each.updated_at.getTime() : each.rpo_seconds * 1000;
      if (each.state !== "STARTING" && silent_ms > STALLED_MS)
        facts.push({
          ...about,
          rule: "wal_stalled",
          summary: `the binary log of ${workload_name} has not been whole for ${Math.round(silent_ms / 1000)} s: ${each.message ?? "no server streams it"}`,
        });
    }
    return facts;
  },
};

const isStalled = (state: string, silent_ms: number) =>
  state !== "STREAMING" && state !== "STARTING" && silent_ms > STALLED_MS;
