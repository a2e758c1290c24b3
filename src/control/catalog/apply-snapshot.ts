import { sql } from "kysely";
import type { Tx } from "../../platform/db/index.ts";
import type { Snapshot } from "./snapshot.ts";

type Row = Readonly<Record<string, unknown>>;

/** Columns that hold JSON, by table. */
const JSON_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  workloads: ["source", "tags", "exception"],
  policy_versions: ["spec"],
  attachments: ["target"],
};

/**
 * Is this a database nobody has worked with yet? Only then a snapshot may bring back what somebody else might have
 * removed.
 */
export async function isFresh(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`
    select exists (select from backups)
      or exists (select from attachments)
      or exists (select from workloads) as used`.execute(tx);
  return rows[0]?.used === false;
}

/** Puts the rows of a snapshot into a fresh database, in place of what its first start has made. */
export async function applyInventory(tx: Tx, snapshot: Snapshot, regions: ReadonlySet<string>): Promise<void> {
  const [somewhere] = regions;
  const here = (row: Row): Row => (regions.has(String(row["region_id"])) ? row : { ...row, region_id: somewhere });
  // What the first start put in: an empty project and the templates, under new ids.
  await tx.deleteFrom("schedule_cursors").execute();
  await tx.deleteFrom("policy_versions").execute();
  await tx.deleteFrom("policies").execute();
  await tx.deleteFrom("projects").execute();
  await insert(tx, "projects", snapshot.projects.map(here));
  await insert(tx, "workloads", snapshot.workloads.map(here));
  await insert(tx, "policies", snapshot.policies);
  await insert(tx, "policy_versions", snapshot.policy_versions);
  await insert(tx, "attachments", snapshot.attachments);
}

/** Verdicts of backups and copies that have none. */
export async function applyVerdicts(tx: Tx, snapshot: Snapshot): Promise<void> {
  for (const [table, rows] of [
    ["backups", snapshot.backup_verdicts],
    ["copies", snapshot.copy_verdicts],
  ] as const) {
    for (const { id, ...verdict } of rows) {
      await tx
        .updateTable(table)
        .set(verdict)
        .where("id", "=", String(id))
        .where("verified_state", "=", "UNVERIFIED")
        .execute();
    }
  }
}

async function insert(
  tx: Tx,
  table: "projects" | "workloads" | "policies" | "policy_versions" | "attachments",
  rows: readonly Row[],
): Promise<void> {
  const columns = JSON_COLUMNS[table] ?? [];
  for (const row of rows) {
    const values = Object.entries(row).map(([column, value]) => [
      column,
      columns.includes(column) && value !== null ? JSON.stringify(value) : value,
    ]);
    // The rows came out of this very table, of this or an older version: what it knows fits, and anything else is
    // refused.
    await tx.insertInto(table).values(Object.fromEntries(values)).execute();
  }
}
