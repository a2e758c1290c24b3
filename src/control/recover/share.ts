import type { Clock } from "../../base/index.ts";
import type { Manifest } from "../../engine/repository/index.ts";
import { checkShare } from "../../engine/source/share/index.ts";
import { decodeLabels } from "../catalog/index.ts";
import type { RestoreTarget } from "./target.ts";

/**
 * In place means: onto the share, and not into the empty folder where it is not mounted at the moment.
 * @throws SHARE_NOT_MOUNTED, SHARE_UNREACHABLE
 */
export async function requireShare(manifest: Manifest, target: RestoreTarget, clock: Clock): Promise<void> {
  if (target.kind !== "in_place" || manifest.kind !== "files") return;
  const { source } = decodeLabels(manifest).workload;
  if (source.kind === "share") await checkShare({ path: source.path }, clock);
}
