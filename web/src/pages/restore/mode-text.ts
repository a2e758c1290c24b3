import type { Restore } from "../../api/types.ts";
import { t } from "../../texts/index.ts";

/** How it was brought back, in the wizard's words: what goes into a folder is no workload. */
export function modeText({ mode, target }: Pick<Restore, "mode" | "target">): string {
  const kind = target["kind"] === "folder" ? "path" : mode;
  return t.restore.modes[kind]?.[0] ?? kind;
}
