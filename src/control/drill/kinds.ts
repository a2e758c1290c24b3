import { getRegion } from "../inventory/index.ts";
import type { RecoverPorts } from "../recover/index.ts";
import { drillError } from "./errors.ts";

/** Kinds of sources whose restore is files below the drill's own folder, and nothing else. */
const DRILLABLE: readonly string[] = ["files", "share"];

/**
 * A kind is drilled once it is known that its restore stays in the sandbox and ends with it.
 * @throws DRILL_KIND_UNSUPPORTED
 */
export function requireDrillable(kind: string, what: string): void {
  if (DRILLABLE.includes(kind)) return;
  const message = `${what} is of kind ${kind}, which cannot be drilled: its restore would start or make something outside of the sandbox`;
  throw drillError("DRILL_KIND_UNSUPPORTED", message, { kind, drillable: DRILLABLE });
}

/** What the driver of the backup's kind is told beside where to. @throws DRILL_KIND_UNSUPPORTED */
export async function restoreOptions(
  backup: { readonly backup_id: string; readonly project_id: string; readonly region: string },
  ports: RecoverPorts,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const region = await getRegion(ports.db, backup.region);
  const row = await ports.repositories.find(backup.project_id, region.id);
  const manifest = await ports.repositories.use(row, (repository) => repository.readManifest(backup.backup_id));
  requireDrillable(manifest.kind, `backup ${backup.backup_id}`);
  return undefined;
}

/** Ends what a restore started in the folder. */
export async function stopRestored(_dir: string): Promise<void> {}
