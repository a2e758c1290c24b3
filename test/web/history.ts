/**
 * A past for charts and tables to be looked at and measured with: rows as the server itself would have written them.
 */
import { newId, systemClock, systemRandom } from "../../src/base/index.ts";
import type { Db } from "../../src/platform/db/index.ts";

const DAY_MS = 86_400_000;
const ROWS_AT_ONCE = 500;
const id = (prefix: "bkp" | "drl" | "job" | "wkl") => newId(prefix, systemClock, systemRandom);

/** A year of daily backups of one workload, and a day of hourly runs, two of which failed. */
export async function seedHistory(db: Db, workload_id: string, days = 365): Promise<void> {
  const { project_id, region_id } = await db
    .selectFrom("workloads")
    .selectAll()
    .where("id", "=", workload_id)
    .executeTakeFirstOrThrow();
  const { id: repository_id } = await db
    .selectFrom("repositories")
    .select("id")
    .where("project_id", "=", project_id)
    .where("region_id", "=", region_id)
    .executeTakeFirstOrThrow();
  const now_ms = Date.now();
  const backups = Array.from({ length: days }, (_, day) => {
    const created_at = new Date(now_ms - (day + 1) * DAY_MS);
    const damaged = day === 40 || day === 133;
    return {
      id: id("bkp"),
      project_id,
      workload_id,
      repository_id,
      region_id,
      state: damaged ? ("DAMAGED" as const) : ("AVAILABLE" as const),
      gfs: "[]",
      created_at,
      completed_at: new Date(created_at.getTime() + 60_000),
      retain_until: new Date(now_ms + 30 * DAY_MS),
      source_bytes: 4e10 + (365 - day) * 9e7 + (day % 7) * 2e8,
      stored_bytes: 3e8 + (day % 7) * 5e7,
      file_count: 120_000 + day,
      verified_state: day % 30 === 0 ? ("VALID" as const) : ("UNVERIFIED" as const),
    };
  });
  for (let at = 0; at < backups.length; at += ROWS_AT_ONCE) {
    await db
      .insertInto("backups")
      .values(backups.slice(at, at + ROWS_AT_ONCE))
      .execute();
  }
  const jobs = Array.from({ length: 23 }, (_, hour) => {
    const started_at = new Date(now_ms - (hour + 1) * (DAY_MS / 24));
    const finished_at = new Date(started_at.getTime() + 240_000 + (hour % 5) * 90_000);
    const failed = hour === 6 || hour === 7;
    return {
      id: id("job"),
      kind: "backup" as const,
      state: failed ? ("FAILED" as const) : ("SUCCEEDED" as const),
      status_reason: failed ? "SourceUnreachable" : null,
      project_id,
      workload_id,
      input: "{}",
      run_after: started_at,
      created_at: started_at,
      started_at,
      finished_at,
      updated_at: finished_at,
    };
  });
  await db.insertInto("jobs").values(jobs).execute();
}

/** `count` workloads, as many as a large installation has. */
export async function seedWorkloads(db: Db, count: number): Promise<void> {
  const { id: project_id, region_id } = await db.selectFrom("projects").selectAll().executeTakeFirstOrThrow();
  const at = new Date();
  for (let done = 0; done < count; done += ROWS_AT_ONCE * 4) {
    const rows = Array.from({ length: Math.min(ROWS_AT_ONCE * 4, count - done) }, (_, index) => ({
      id: id("wkl"),
      project_id,
      region_id,
      name: `host-${String(done + index).padStart(6, "0")}`,
      type: "host" as const,
      source: JSON.stringify({ kind: "files", paths: ["/srv"], exclude: [] }),
      tags: JSON.stringify({ env: index % 3 === 0 ? "prod" : "dev", tier: String(index % 4) }),
      created_at: at,
      updated_at: at,
    }));
    await db.insertInto("workloads").values(rows).execute();
  }
}

/** A year of drills of one workload, getting faster; two missed their target, one failed. */
export async function seedDrills(db: Db, workload_id: string): Promise<void> {
  const { project_id } = await db
    .selectFrom("workloads")
    .select("project_id")
    .where("id", "=", workload_id)
    .executeTakeFirstOrThrow();
  const now_ms = Date.now();
  for (let month = 0; month < 12; month++) {
    const at_ms = now_ms - (month * 30 + 3) * DAY_MS;
    const rto_seconds = 900 + month * 160 + (month % 3) * 700 + (month === 8 ? 2400 : 0);
    const late = rto_seconds > 3600;
    const failed = month === 5;
    const job = { kind: "drill" as const, project_id, workload_id, input: "{}", attempt: 1 };
    const times = { created_at: new Date(at_ms), run_after: new Date(at_ms), updated_at: new Date(at_ms) };
    const job_id = id("job");
    await db
      .insertInto("jobs")
      .values({
        ...job,
        ...times,
        id: job_id,
        state: "SUCCEEDED",
        started_at: new Date(at_ms),
        finished_at: new Date(at_ms),
      })
      .execute();
    await db
      .insertInto("drills")
      .values({
        id: id("drl"),
        job_id,
        project_id,
        workload_id,
        sandbox_project_id: project_id,
        class: "tier-1",
        owner: "ops@example.net",
        spec: JSON.stringify({ backup: { choose: "latest" }, content_bytes_max: 1e9 }),
        state: failed ? "FAILED" : late ? "MISSED_TARGET" : "PASSED",
        requested_at: new Date(at_ms),
        started_at: new Date(at_ms),
        functional_at: failed ? null : new Date(at_ms + rto_seconds * 1000),
        finished_at: new Date(at_ms + rto_seconds * 1000),
        rto_seconds: failed ? null : rto_seconds,
        rpo_seconds: failed ? null : 1800 + (month % 4) * 1500,
        rto_target_seconds: 3600,
        rpo_target_seconds: 14_400,
        restored_bytes: 4e10,
        restored_files: 120_000,
        steps: "[]",
        validations: "[]",
        deviations: "[]",
        findings: JSON.stringify(
          failed ? [{ code: "RESTORE_FAILED", message: "the restore failed: SpaceExhausted" }] : [],
        ),
        subject: "{}",
      })
      .execute();
  }
}

/** Forty days of what metering measured: hot grows, warm stays, cold comes of late. */
export async function seedGrowth(db: Db): Promise<void> {
  const { id: project_id, region_id } = await db
    .selectFrom("projects")
    .selectAll()
    .orderBy("created_at")
    .executeTakeFirstOrThrow();
  const today_ms = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const held = (tier: string, day: number) =>
    ({ hot: 4e11 + (40 - day) * 3e9 + ((day * 7) % 5) * 4e9, warm: 2e11, cold: day > 25 ? 0 : (25 - day) * 4e9 })[
      tier
    ] ?? 0;
  const rows = Array.from({ length: 40 }, (_, day) =>
    ["hot", "warm", "cold"].map((tier) => ({
      project_id,
      hour: new Date(today_ms - (day + 1) * DAY_MS),
      meter: "storage",
      class: tier,
      region_id,
      to_region_id: "",
      quantity: String(held(tier, day)),
      seq: 0,
      created_at: new Date(),
    })),
  ).flat();
  await db.insertInto("usage_records").values(rows).execute();
}
