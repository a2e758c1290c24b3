import { join } from "node:path";
import { filesBelow } from "../runner/files.ts";
import type { Gate } from "./gate.ts";
import { describeRoom, roomOf } from "./rooms.ts";
import { runTool, TOOL_ROOT } from "./tool.ts";

/** What we read of dependency-cruiser's report. */
export interface CruiseReport {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly Violation[];
    readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string; readonly comment?: string }[] };
  };
}

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
  readonly cycle?: readonly { readonly name: string }[];
  readonly via?: readonly { readonly name: string }[];
}

const FOLDERS = ["src", "test", "scripts"];

/** Which rule, which import, which two rooms, why. */
function describe(violation: Violation, reasons: ReadonlyMap<string, string>): string {
  const { from, to, rule } = violation;
  const detour = (violation.cycle ?? violation.via ?? []).map((step) => step.name);
  const route = detour.length > 1 ? `\n  by way of ${detour.join(" → ")}` : "";
  const [name] = rule.name.split(":");
  const rooms =
    from.startsWith("src/") && to.startsWith("src/") ? `\n  (${describeRoom(from)} → ${describeRoom(to)})` : "";
  return `${name}: ${from} imports ${to}${rooms}${route}\n  ${reasons.get(rule.name) ?? ""}`;
}

/** Every file of src/ stands in a room of the list, or nothing would order its imports. */
function unlisted(files: readonly string[]): string[] {
  const strays = files.filter((path) => path.startsWith("src/") && roomOf(path) === undefined);
  return strays.map(
    (path) => `no-unlisted-room: ${path} stands in no room of the path; add its folder to scripts/path.cjs`,
  );
}

/**
 * With the wrong TypeScript the cruiser sees no module and reports no violation: silence is believed only when counted.
 */
export function unseen(files: readonly string[], report: CruiseReport): string[] {
  const seen = new Set(report.modules.map((module) => module.source));
  const missing = files.filter((path) => !seen.has(path));
  if (missing.length === 0) return [];
  const example = missing.slice(0, 3).join(", ");
  return [
    `all-modules-seen: dependency-cruiser saw ${files.length - missing.length} of ${files.length} files; not ${example}`,
  ];
}

export const layers: Gate = {
  name: "layers",
  purpose: "the order of the path is the order of imports; rooms are entered through their doors; no cycles",
  async run(root, signal) {
    const folders = FOLDERS.filter((folder) => filesBelow(root, folder).length > 0);
    const files = folders.flatMap((folder) => filesBelow(root, folder)).filter((path) => path.endsWith(".ts"));
    if (files.length === 0) return [`all-modules-seen: there is no .ts file below ${FOLDERS.join(", ")}`];
    const config = join(TOOL_ROOT, ".dependency-cruiser.cjs");
    const { output } = await runTool(
      "depcruise",
      ["--config", config, "--output-type", "json", ...folders],
      root,
      signal,
    );
    if (!output.startsWith("{")) throw new Error(`dependency-cruiser gave no report:\n${output}`);
    const report = JSON.parse(output) as CruiseReport;
    const { forbidden } = report.summary.ruleSetUsed;
    const reasons = new Map(forbidden.map((rule) => [rule.name, rule.comment ?? ""]));
    const violations = report.summary.violations.map((violation) => describe(violation, reasons));
    return [...unlisted(files), ...unseen(files, report), ...violations];
  },
};
