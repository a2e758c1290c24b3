import { sql } from "kysely";
import type { Db } from "../../platform/db/index.ts";
import { loadSelection } from "../policy/index.ts";
import type { Selection } from "../policy/index.ts";

/**
 * What one tick tells the next of the same process: which workloads need no look before when. It only saves work: what
 * it does not know, or what was changed since, is looked at.
 */
export interface TickMemory {
  /** Of the policies and attachments that everything below was found with. */
  selection: { readonly fingerprint: string; readonly compiled: Selection } | undefined;
  last_ms: number;
  readonly known: Map<string, Look>;
}

/** Unless the workload has another revision, nothing is to be planned for it before `next_ms`. */
export interface Look {
  readonly revision: number;
  readonly next_ms: number;
}

export function createTickMemory(): TickMemory {
  return { selection: undefined, last_ms: 0, known: new Map() };
}

/** Policies and attachments as they are; when they changed, or the clock went back, everything is looked at again. */
export async function currentSelection(db: Db, memory: TickMemory, now_ms: number): Promise<Selection> {
  const { rows } = await sql<{ fingerprint: string }>`
    select concat_ws(' ',
      (select md5(string_agg(concat_ws(' ', id, name, version, updated_at, deleted_at), ',' order by id)) from policies),
      (select md5(string_agg(concat_ws(' ', id, policy_id, target), ',' order by id)) from attachments)) as fingerprint
    `.execute(db);
  const fingerprint = rows[0]?.fingerprint ?? "";
  if (now_ms < memory.last_ms) memory.known.clear();
  memory.last_ms = now_ms;
  if (memory.selection?.fingerprint === fingerprint) return memory.selection.compiled;
  memory.known.clear();
  // Read after its fingerprint: a change in between is found again with the next tick, and not missed.
  const compiled = await loadSelection(db);
  memory.selection = { fingerprint, compiled };
  return compiled;
}

/** Ids of workloads that are new, changed, or due to be looked at; forgets those that are gone. */
export async function workloadsToLookAt(db: Db, memory: TickMemory, now_ms: number): Promise<string[]> {
  // One text instead of a row for each: with 100,000 workloads this is read every few seconds.
  const { rows } = await sql<{ all: string | null }>`
    select string_agg(id || ' ' || revision, ',') as all from workloads where removed_at is null`.execute(db);
  const wanted: string[] = [];
  const present = new Set<string>();
  for (const entry of rows[0]?.all?.split(",") ?? []) {
    const at = entry.indexOf(" ");
    const id = entry.slice(0, at);
    present.add(id);
    const known = memory.known.get(id);
    if (known === undefined || known.revision !== Number(entry.slice(at + 1)) || known.next_ms <= now_ms)
      wanted.push(id);
  }
  for (const id of memory.known.keys()) if (!present.has(id)) memory.known.delete(id);
  return wanted.sort();
}
