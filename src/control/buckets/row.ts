import { sql } from "kysely";
import type { Clock } from "../../base/index.ts";
import type { Backlog, KeysReport, PassReport } from "../../engine/source/bucket/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { bucketsError } from "./errors.ts";

/** Keys that were told of, each with when. */
export interface Told {
  readonly keys: ReadonlyMap<string, number>;
  /** Those that were told of again since have higher ids. */
  readonly up_to: number;
}

/** A stream's account of itself in the database. */
export class StreamRow {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #workload_id: string;

  constructor({ db, clock }: { readonly db: Db; readonly clock: Clock }, workload_id: string) {
    this.#db = db;
    this.#clock = clock;
    this.#workload_id = workload_id;
  }

  /** Another target has nothing of what the last one had. @throws BUCKET_TARGET_SHARED */
  async begin(target: string | null): Promise<void> {
    const now = this.#now();
    const other = await this.#db
      .selectFrom("bucket_streams")
      .innerJoin("workloads", "workloads.id", "bucket_streams.workload_id")
      .select("workloads.name")
      .where("target", "=", target)
      .where("workload_id", "<>", this.#workload_id)
      .where("workloads.removed_at", "is", null)
      .where((where) => where(where.ref("workloads.source", "->").key("continuous"), "is not", null))
      .executeTakeFirst();
    if (other !== undefined)
      throw bucketsError("BUCKET_TARGET_SHARED", `${other.name} is replicated to ${target} already`, { target });
    await this.#update()
      .set({
        target,
        begun_at: now,
        complete_at: null,
        compared_at: null,
        copied_versions: 0,
        copied_bytes: 0,
        deleted_keys: 0,
        conflicts: 0,
        failed_keys: 0,
        failing_since: null,
        failure: null,
        missing_keys: 0,
        missing_bytes: 0,
        missing_since: null,
      })
      .where((where) => where("target", "is distinct from", target))
      .execute();
  }

  async passIsDue(every_seconds: number): Promise<boolean> {
    const { compared_at, dropped_at } = await this.#row();
    return dropped_at !== null || compared_at === null || this.#age_ms(compared_at) >= every_seconds * 1000;
  }

  /** When the last complete pass began. */
  async since(): Promise<number | null> {
    return (await this.#row()).complete_at?.getTime() ?? null;
  }

  async passed(report: PassReport): Promise<void> {
    const { fingerprint } = await this.#row();
    const begun = new Date(report.begun_ms);
    const changed = fingerprint !== report.fingerprint;
    await this.#update()
      .set((value) => ({
        ...WELL,
        ...this.#counted(report),
        compared_at: begun,
        fingerprint: report.fingerprint,
        versions: report.versions,
        failed_keys: report.failed,
        failing_since: report.failed === 0 ? null : value.fn.coalesce("failing_since", value.val(begun)),
        failure: failureText(report),
        updated_at: this.#now(),
        ...(report.failed === 0 ? { complete_at: begun } : {}),
        ...(changed ? { changed_at: value.fn.coalesce("changed_at", value.val(this.#now())) } : {}),
      }))
      .execute();
    // What came while it ran may be about keys it had listed before.
    await this.#update().set({ dropped_at: null }).where("dropped_at", "<", begun).execute();
  }

  async told(max: number): Promise<Told> {
    const rows = await this.#db
      .selectFrom("bucket_events")
      .select(["id", "key", "told_at"])
      .where("workload_id", "=", this.#workload_id)
      .orderBy("id")
      .limit(max)
      .execute();
    return {
      keys: new Map(rows.map(({ key, told_at }) => [key, told_at.getTime()])),
      up_to: Number(rows.at(-1)?.id ?? 0),
    };
  }

  /** @param report `null`: nothing is replicated */
  async heard({ up_to }: Told, report: KeysReport | null): Promise<void> {
    const now = this.#now();
    await this.#update()
      .set((value) => ({
        ...(report === null ? {} : this.#counted(report)),
        ...(report === null || report.failed === 0
          ? {}
          : {
              failed_keys: value("failed_keys", "+", report.failed),
              failing_since: value.fn.coalesce("failing_since", value.val(now)),
              failure: failureText(report),
            }),
        changed_at: value.fn.coalesce("changed_at", value.val(now)),
        updated_at: now,
      }))
      .execute();
    await this.#db
      .deleteFrom("bucket_events")
      .where("workload_id", "=", this.#workload_id)
      .where("id", "<=", up_to)
      .execute();
  }

  async missing({ keys, bytes, oldest_ms, more }: Backlog): Promise<void> {
    await this.#update()
      .set({
        missing_keys: keys,
        missing_bytes: bytes,
        missing_more: more,
        missing_since: oldest_ms === null ? null : new Date(oldest_ms),
        updated_at: this.#now(),
      })
      .execute();
  }

  /** Something changed, no backup is under way, and the last one that was asked for is long enough ago. */
  async backupIsDue(within_seconds: number): Promise<boolean> {
    const { changed_at, asked_at } = await this.#row();
    if (changed_at === null) return false;
    if (asked_at !== null && this.#age_ms(asked_at) < within_seconds * 1000) return false;
    const running = await this.#db
      .selectFrom("jobs")
      .select("id")
      .where("workload_id", "=", this.#workload_id)
      .where("kind", "=", "backup")
      .where("finished_at", "is", null)
      .limit(1)
      .executeTakeFirst();
    return running === undefined;
  }

  async asked(): Promise<void> {
    await this.#update().set({ changed_at: null, asked_at: this.#now() }).execute();
  }

  #counted({ copied, copied_bytes, deleted, conflicts }: KeysReport) {
    return {
      copied_versions: sql<number>`copied_versions + ${copied}`,
      copied_bytes: sql<number>`copied_bytes + ${copied_bytes}`,
      deleted_keys: sql<number>`deleted_keys + ${deleted}`,
      conflicts: sql<number>`conflicts + ${conflicts}`,
    };
  }

  #update() {
    return this.#db.updateTable("bucket_streams").where("workload_id", "=", this.#workload_id);
  }

  #row() {
    return this.#db
      .selectFrom("bucket_streams")
      .select(["compared_at", "complete_at", "dropped_at", "fingerprint", "changed_at", "asked_at"])
      .where("workload_id", "=", this.#workload_id)
      .executeTakeFirstOrThrow();
  }

  #now(): Date {
    return new Date(this.#clock.now_ms());
  }

  #age_ms(at: Date): number {
    return this.#clock.now_ms() - at.getTime();
  }
}

const WELL = { state: "STREAMING", status_reason: null, message: null };

function failureText({ failure }: KeysReport): string | null {
  return failure === null ? null : `${failure.key}: ${failure.message}`.slice(0, 1000);
}
