import type { Family, Sample } from "../../platform/metrics/index.ts";

/** Projects with a label of their own: those with most workloads. */
export const PROJECTS_MAX = 200;
/** The label of all others together; no project can be named so. */
export const OTHER_PROJECTS = "(other)";

/** How the figures of several projects become one: counts add up, of ages and lags the worst counts. */
export type Fold = "sum" | "max";

/** A family by project id, before names and bounds. */
export interface ProjectFamily extends Omit<Family, "samples" | "label_names"> {
  /** Labels beside the project. */
  readonly label_names: readonly string[];
  readonly fold: Fold;
  readonly rows: readonly {
    readonly project_id: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

/** Names for ids, and one label for all that have none of their own. */
export function withProjects(family: ProjectFamily, names: ReadonlyMap<string, string>): Family {
  const samples = new Map<string, Sample>();
  for (const { project_id, labels, value } of family.rows) {
    const all = { project: names.get(project_id) ?? OTHER_PROJECTS, ...labels };
    const key = JSON.stringify(all);
    const before = samples.get(key)?.value;
    const folded = before === undefined ? value : family.fold === "sum" ? before + value : Math.max(before, value);
    samples.set(key, { labels: all, value: folded });
  }
  const { name, help, label_names } = family;
  return { name, help, label_names: ["project", ...label_names], samples: [...samples.values()] };
}
