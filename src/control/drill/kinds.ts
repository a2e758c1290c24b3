import type { RecoverPorts } from "../recover/index.ts";
import type { DrillRow } from "./row.ts";

/** What the driver of a kind is told beside where to; `undefined` for kinds that need nothing. */
export async function restoreOptions(
  _drill: DrillRow,
  _backup_id: string,
  _target_ms: number,
  _ports: RecoverPorts,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  return undefined;
}

/** Ends what a restore started in the folder. */
export async function stopRestored(_dir: string): Promise<void> {}
