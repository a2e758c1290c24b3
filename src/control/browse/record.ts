import type { Clock, Random } from "../../base/index.ts";
import { appendEvent, type Db } from "../../platform/db/index.ts";

/** The same person reading the same file again within this time is not told of again. */
const AGAIN_MS = 60 * 60_000;
const REMEMBERED_MAX = 50_000;

export interface LookRecord {
  /** The backup; of a search, the workload. */
  readonly subject: string;
  readonly project_id: string;
  readonly principal: { readonly token_id: string; readonly name: string };
  /** `browsed`, `searched`: folders and names; `read`: content of a file; `downloaded`: a folder as an archive. */
  readonly action: "browsed" | "searched" | "read" | "downloaded";
  /** Null: the whole. */
  readonly path: string | null;
}

/** Puts it on record who looked at what: as an event `holdfast.files.read` and the like, before any byte goes out. */
export function recordLook(ports: { readonly db: Db; readonly clock: Clock; readonly random: Random }) {
  const told = new Map<string, number>();
  return async ({ subject, project_id, principal, action, path }: LookRecord): Promise<void> => {
    const key = [principal.token_id, subject, action, path].join("\n");
    const now_ms = ports.clock.monotonic_ms();
    const before_ms = told.get(key);
    if (before_ms !== undefined && now_ms - before_ms < AGAIN_MS) return;
    const data = { by: principal.name, by_id: principal.token_id, path };
    await appendEvent(ports.db, { type: `holdfast.files.${action}`, subject, project_id, data }, ports);
    told.set(key, now_ms);
    if (told.size > REMEMBERED_MAX) told.delete(told.keys().next().value as string);
  };
}
