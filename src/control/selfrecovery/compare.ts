import type { DrillFinding } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";

type Row = Readonly<Record<string, unknown>>;
/** By id. */
type Rows = ReadonlyMap<string, Row>;

/** What both databases say of one kind of thing. */
export interface Picture {
  readonly backups: Rows;
  readonly copies: Rows;
  readonly projects: Rows;
  readonly workloads: Rows;
  readonly policies: Rows;
  readonly attachments: Rows;
}

const EXAMPLES_MAX = 5;

/** As it is in a database now; jobs and their history are no part of it. */
export async function pictureOf(db: Db): Promise<Picture> {
  const backups = await db
    .selectFrom("backups")
    .select([
      "id",
      "project_id",
      "workload_id",
      "region_id",
      "policy_id",
      "policy_version",
      "created_at",
      "source_bytes",
    ])
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .execute();
  const copies = await db
    .selectFrom("copies")
    .innerJoin("backups", "backups.id", "copies.backup_id")
    .select(["copies.backup_id", "copies.region_id"])
    .where("copies.state", "in", ["AVAILABLE", "DAMAGED"])
    .where("backups.state", "in", ["AVAILABLE", "DAMAGED"])
    .execute();
  const projects = await db.selectFrom("projects").select(["id", "name", "region_id"]).execute();
  const workloads = await db
    .selectFrom("workloads")
    .select(["id", "project_id", "name", "type", "source", "tags"])
    .where("removed_at", "is", null)
    .execute();
  const policies = await db
    .selectFrom("policies")
    .select(["id", "name", "version"])
    .where("deleted_at", "is", null)
    .execute();
  const attachments = await db.selectFrom("attachments").select(["id", "policy_id"]).execute();
  return {
    backups: byId(backups),
    copies: byId(copies.map((copy) => ({ id: `${copy.backup_id} in ${copy.region_id}`, ...copy }))),
    projects: byId(projects),
    workloads: byId(workloads),
    policies: byId(policies),
    attachments: byId(attachments),
  };
}

function byId(rows: readonly (Row & { readonly id: string })[]): Rows {
  return new Map(rows.map((row) => [row.id, row]));
}

export interface Comparison {
  readonly figures: Readonly<Record<string, number>>;
  readonly findings: readonly DrillFinding[];
}

/**
 * What the rebuilt database lacks, has too much, or has otherwise. The live one went on while it was built: only what
 * it said both before and after is held against the rebuilt one.
 */
export function compare(before: Picture, rebuilt: Picture, after: Picture): Comparison {
  const figures: Record<string, number> = {};
  const findings: DrillFinding[] = [];
  for (const kind of Object.keys(before) as (keyof Picture)[]) {
    const steady = [...before[kind]].filter(([id, row]) => same(row, after[kind].get(id)));
    const missing = steady.filter(([id]) => !rebuilt[kind].has(id)).map(([id]) => id);
    const other = steady
      .filter(([id, row]) => rebuilt[kind].has(id) && !same(row, rebuilt[kind].get(id)))
      .map(([id]) => id);
    const extra = [...rebuilt[kind].keys()].filter((id) => !before[kind].has(id) && !after[kind].has(id));
    figures[`${kind}_compared`] = steady.length;
    figures[`${kind}_different`] = missing.length + other.length + extra.length;
    const say = (code: string, ids: readonly string[], what: string) => {
      if (ids.length === 0) return;
      const more = ids.length > EXAMPLES_MAX ? ` and ${ids.length - EXAMPLES_MAX} more` : "";
      findings.push({
        code,
        message: `${ids.length} ${kind} ${what}: ${ids.slice(0, EXAMPLES_MAX).join(", ")}${more}`,
      });
    };
    say("RECOVERY_LACKS", missing, "would not come back");
    say("RECOVERY_DIFFERS", other, "would come back otherwise than they are");
    say("RECOVERY_EXTRA", extra, "would come back and are not there now");
  }
  return { figures, findings };
}

function same(a: Row, b: Row | undefined): boolean {
  return b !== undefined && JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

/** Members in one order, at every depth. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, plain(member)]);
}
