import { sql } from "kysely";
import { HoldfastError } from "../../base/index.ts";
import { tagsSchema } from "../../model/index.ts";
import type { Workload } from "../../model/index.ts";
import { appendEvents, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { inventoryError } from "./errors.ts";
import { validate } from "./validate.ts";
import { workloadRowsForUpdate } from "./workloads.ts";

/** Tags to set; null takes one away. */
type TagChanges = Readonly<Record<string, string | null>>;

/** What came of one of many. */
export interface TagOutcome {
  readonly workload_id: string;
  /** Null of one that is not there. */
  readonly name: string | null;
  readonly project_id: string | null;
  readonly outcome: "CHANGED" | "UNCHANGED" | "REFUSED";
  /** What the named keys were before; null: not set. */
  readonly before: TagChanges;
  readonly error: HoldfastError | null;
}

/**
 * The same change of tags on many workloads, as if each were edited by itself: one that is refused (gone, too many
 * tags) is told of and keeps nobody else from being changed. One that has the tags already keeps its revision. Answers
 * in the order asked, each workload once. A change that takes one out of the caller's own sight is refused for all.
 */
export async function tagWorkloads(
  db: Db,
  workload_ids: readonly string[],
  changes: TagChanges,
  ports: Ports,
): Promise<TagOutcome[]> {
  const ids = [...new Set(workload_ids)];
  return withTransaction(db, async (tx) => {
    const found = new Map((await workloadRowsForUpdate(tx, ids)).map((workload) => [workload.id, workload]));
    const judged = ids.map((id) => judge(id, found.get(id), changes));
    const changed = judged.flatMap(({ workload, tags }) =>
      workload === undefined || tags === undefined ? [] : [{ workload, tags }],
    );
    if (changed.length > 0) {
      const now = new Date(ports.clock.now_ms());
      const given = JSON.stringify(changed.map(({ workload, tags }) => ({ id: workload.id, tags })));
      await sql`
        update workloads set tags = given.tags, revision = workloads.revision + 1, updated_at = ${now}
        from jsonb_to_recordset(${given}::jsonb) as given(id text, tags jsonb)
        where workloads.id = given.id`.execute(tx);
      const events = changed.map(({ workload, tags }) => ({
        type: "holdfast.workload.changed",
        subject: workload.id,
        project_id: workload.project_id,
        data: { name: workload.name, tags, revision: workload.revision + 1 },
      }));
      await appendEvents(tx, events, ports);
    }
    return judged.map(({ outcome }) => outcome);
  });
}

interface Judged {
  readonly outcome: TagOutcome;
  readonly workload?: Workload;
  /** What it is to have; without when nothing changes. */
  readonly tags?: Readonly<Record<string, string>>;
}

function judge(workload_id: string, workload: Workload | undefined, changes: TagChanges): Judged {
  if (workload === undefined) {
    const error = inventoryError("WORKLOAD_NOT_FOUND", `there is no workload ${workload_id}`, {
      workload: workload_id,
    });
    return { outcome: { workload_id, name: null, project_id: null, outcome: "REFUSED", before: {}, error } };
  }
  const before = Object.fromEntries(Object.keys(changes).map((key) => [key, workload.tags[key] ?? null]));
  const about = { workload_id, name: workload.name, project_id: workload.project_id, before };
  if (Object.entries(changes).every(([key, value]) => before[key] === value)) {
    return { outcome: { ...about, outcome: "UNCHANGED", error: null } };
  }
  const merged = Object.entries({ ...workload.tags, ...changes }).filter(([, value]) => value !== null);
  try {
    const tags = validate(tagsSchema, Object.fromEntries(merged), "tags");
    return { outcome: { ...about, outcome: "CHANGED", error: null }, workload, tags };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { outcome: { ...about, outcome: "REFUSED", error } };
  }
}
