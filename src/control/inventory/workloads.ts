import { sql } from "kysely";
import type { Selectable, Updateable } from "kysely";
import * as z from "zod";
import { newId } from "../../base/index.ts";
import { exceptionSchema, nameSchema, sourceSchema, tagsSchema, workloadTypeSchema } from "../../model/index.ts";
import type { Source, Workload } from "../../model/index.ts";
import { appendEvent, isUniqueViolation, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx, WorkloadTable } from "../../platform/db/index.ts";
import { inventoryError } from "./errors.ts";
import { withParts } from "./parts.ts";
import { placeSource } from "./place-source.ts";
import { getProject } from "./projects.ts";
import { getRegion } from "./regions.ts";
import { validate } from "./validate.ts";

export const newWorkloadSchema = z.strictObject({
  name: nameSchema,
  /** Id or name. */
  project: z.string().min(1),
  type: workloadTypeSchema,
  /** Id or name of the region; without it the project's. */
  region: z.string().min(1).optional(),
  source: sourceSchema,
  tags: tagsSchema.default({}),
});
export type NewWorkload = z.input<typeof newWorkloadSchema>;

export const workloadChangesSchema = z.strictObject({
  source: sourceSchema.optional(),
  /** Replaces all tags. */
  tags: tagsSchema.optional(),
  /** Null takes it back. */
  exception: exceptionSchema.nullable().optional(),
});
export type WorkloadChanges = z.input<typeof workloadChangesSchema>;

export interface EditOptions {
  /** Refuse with REVISION_CONFLICT unless the workload still is at this revision. */
  readonly revision?: number;
}

export interface WorkloadFilter {
  /** Only these, at least one. */
  readonly ids?: readonly string[];
  readonly project_id?: string;
  readonly after_id?: string;
  readonly limit?: number;
}

const LIST_MAX = 1000;

/** @throws WORKLOAD_EXISTS, PROJECT_NOT_FOUND, REGION_NOT_FOUND, INVENTORY_INVALID */
export async function createWorkload(db: Db, input: NewWorkload, ports: Ports): Promise<Workload> {
  const { name, type, source, tags, ...places } = validate(newWorkloadSchema, input, "workload");
  return withTransaction(db, async (tx) => {
    const project = await getProject(tx, places.project);
    const placed = await placeSource(tx, project, source);
    const region_id = places.region === undefined ? project.region_id : (await getRegion(tx, places.region)).id;
    const now = new Date(ports.clock.now_ms());
    const whole = await partsOf(tx, placed, { name, project_id: project.id, region_id, tags }, ports);
    try {
      const row = await tx
        .insertInto("workloads")
        .values({
          id: newId("wkl", ports.clock, ports.random),
          project_id: project.id,
          name,
          type,
          region_id,
          source: JSON.stringify(whole),
          tags: JSON.stringify(tags),
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      const event = {
        type: "holdfast.workload.created",
        subject: row.id,
        project_id: project.id,
        data: { name, type, tags },
      };
      await appendEvent(tx, event, ports);
      return toWorkload(row);
    } catch (error) {
      if (isUniqueViolation(error, "workloads_name")) {
        const message = `project ${project.name} has a workload named ${name} already`;
        throw inventoryError("WORKLOAD_EXISTS", message, { name, project: project.name }, error);
      }
      throw error;
    }
  });
}

/**
 * By id, or by name within a project (or alone, when only one project has that name). @throws WORKLOAD_NOT_FOUND,
 * WORKLOAD_AMBIGUOUS
 */
export async function getWorkload(db: Db, id_or_name: string, project_id?: string): Promise<Workload> {
  let query = db
    .selectFrom("workloads")
    .selectAll()
    .where("removed_at", "is", null)
    .where((where) => where.or([where("id", "=", id_or_name), where("name", "=", id_or_name)]))
    .limit(2);
  if (project_id !== undefined) query = query.where("project_id", "=", project_id);
  return toWorkload(theOne(await query.execute(), id_or_name));
}

/** Of the workloads with that id or name. @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS */
export function theOne<Row>([row, other]: readonly Row[], id_or_name: string): Row {
  if (row === undefined)
    throw inventoryError("WORKLOAD_NOT_FOUND", `there is no workload ${id_or_name}`, { workload: id_or_name });
  if (other !== undefined) {
    throw inventoryError("WORKLOAD_AMBIGUOUS", `several projects have a workload named ${id_or_name}`, {
      workload: id_or_name,
    });
  }
  return row;
}

/** Those not removed, in order of id (oldest first); page on with the last one's id. At most 1000 at a time. */
export async function listWorkloads(db: Db, filter: WorkloadFilter = {}): Promise<Workload[]> {
  let query = db
    .selectFrom("workloads")
    .selectAll()
    .where("removed_at", "is", null)
    .orderBy("id")
    .limit(Math.min(filter.limit ?? LIST_MAX, LIST_MAX));
  if (filter.project_id !== undefined) query = query.where("project_id", "=", filter.project_id);
  if (filter.ids !== undefined) query = query.where(sql<boolean>`id = any(${[...filter.ids]}::text[])`);
  if (filter.after_id !== undefined) query = query.where("id", ">", filter.after_id);
  return (await query.execute()).map(toWorkload);
}

/** Those named that were not removed, locked in order of id, so that two that lock many never wait for each other. */
export async function workloadRowsForUpdate(tx: Tx, ids: readonly string[]): Promise<Workload[]> {
  const rows = await tx
    .selectFrom("workloads")
    .selectAll()
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .where("removed_at", "is", null)
    .orderBy("id")
    .forUpdate()
    .execute();
  return rows.map(toWorkload);
}

/** All of them, page by page: outside of a transaction the next is fetched while one is worked on. */
export async function* everyWorkload(
  db: Db,
  filter: Pick<WorkloadFilter, "project_id" | "ids"> = {},
): AsyncGenerator<Workload> {
  let next: Promise<Workload[]> | undefined = listWorkloads(db, filter);
  while (next !== undefined) {
    const page: Workload[] = await next;
    const after_id = page.at(-1)?.id;
    const more = page.length === LIST_MAX && after_id !== undefined;
    const fetch = () => (more ? listWorkloads(db, { ...filter, after_id }) : undefined);
    next = db.isTransaction ? undefined : fetch();
    // Whoever stops early waits for no page, and is told of no failure of one.
    next?.catch(() => undefined);
    yield* page;
    if (db.isTransaction) next = fetch();
  }
}

/** @throws WORKLOAD_NOT_FOUND, REVISION_CONFLICT, INVENTORY_INVALID */
export async function updateWorkload(
  db: Db,
  workload_id: string,
  input: WorkloadChanges,
  ports: Ports,
  options: EditOptions = {},
): Promise<Workload> {
  const changes = validate(workloadChangesSchema, input, "workload");
  const set: Updateable<WorkloadTable> = {};
  const { source } = changes;
  if (changes.tags !== undefined) set.tags = JSON.stringify(changes.tags);
  if (changes.exception !== undefined)
    set.exception = changes.exception === null ? null : JSON.stringify(changes.exception);
  return edit(
    db,
    workload_id,
    async (workload, tx) =>
      source === undefined ? set : { ...set, source: await placed(tx, source, workload, ports) },
    ports,
    options,
  );
}

/**
 * Adds, changes (`{ env: "prod" }`) and removes (`{ env: null }`) single tags; the others stay.
 * @throws WORKLOAD_NOT_FOUND, REVISION_CONFLICT, INVENTORY_INVALID
 */
export async function tagWorkload(
  db: Db,
  workload_id: string,
  changes: Readonly<Record<string, string | null>>,
  ports: Ports,
  options: EditOptions = {},
): Promise<Workload> {
  const merge = async (workload: Workload): Promise<Updateable<WorkloadTable>> => {
    const merged = Object.entries({ ...workload.tags, ...changes }).filter(([, value]) => value !== null);
    return { tags: JSON.stringify(validate(tagsSchema, Object.fromEntries(merged), "tags")) };
  };
  return edit(db, workload_id, merge, ports, options);
}

/** Out of the inventory; its backups stay until their retention ends. @throws WORKLOAD_NOT_FOUND */
export async function removeWorkload(
  db: Db,
  workload_id: string,
  ports: Ports,
  options: EditOptions = {},
): Promise<void> {
  await edit(db, workload_id, async () => ({ removed_at: new Date(ports.clock.now_ms()) }), ports, options);
}

async function placed(tx: Db, source: Source, workload: Workload, ports: Ports): Promise<string> {
  const where = await placeSource(tx, await getProject(tx, workload.project_id), source);
  return JSON.stringify(await partsOf(tx, where, workload, ports));
}

function partsOf(tx: Db, source: Source, owner: Parameters<typeof withParts>[1], ports: Ports): Promise<Source> {
  return withParts(source, owner, {
    find: (name) => getWorkload(tx, name, owner.project_id),
    create: (input) => createWorkload(tx, input, ports),
  });
}

async function edit(
  db: Db,
  workload_id: string,
  change: (workload: Workload, tx: Db) => Promise<Updateable<WorkloadTable>>,
  ports: Ports,
  options: EditOptions,
): Promise<Workload> {
  return withTransaction(db, async (tx) => {
    const current = await tx
      .selectFrom("workloads")
      .selectAll()
      .where("id", "=", workload_id)
      .where("removed_at", "is", null)
      .forUpdate()
      .executeTakeFirst();
    if (current === undefined) {
      throw inventoryError("WORKLOAD_NOT_FOUND", `there is no workload ${workload_id}`, { workload: workload_id });
    }
    if (options.revision !== undefined && options.revision !== current.revision) {
      const message = `workload ${current.name} is at revision ${current.revision}, not ${options.revision}`;
      throw inventoryError("REVISION_CONFLICT", message, { workload: workload_id, revision: current.revision });
    }
    const set = await change(toWorkload(current), tx);
    const row = await tx
      .updateTable("workloads")
      .set({ ...set, revision: current.revision + 1, updated_at: new Date(ports.clock.now_ms()) })
      .where("id", "=", workload_id)
      .returningAll()
      .executeTakeFirstOrThrow();
    const type = row.removed_at === null ? "holdfast.workload.changed" : "holdfast.workload.removed";
    const data = { name: row.name, tags: row.tags, revision: row.revision };
    await appendEvent(tx, { type, subject: row.id, project_id: row.project_id, data }, ports);
    return toWorkload(row);
  });
}

function toWorkload({ removed_at: _, ...row }: Selectable<WorkloadTable>): Workload {
  return {
    ...row,
    tags: { ...row.tags },
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
