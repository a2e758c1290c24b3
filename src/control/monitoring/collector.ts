import { sql } from "kysely";
import type { Clock } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Family } from "../../platform/metrics/index.ts";
import { everyWorkload } from "../inventory/index.ts";
import { loadSelection } from "../policy/index.ts";
import { backupFamilies, storageFamilies, testFamilies } from "./backups.ts";
import { type ProjectFamily, PROJECTS_MAX, withProjects } from "./fold.ts";
import { alertFamilies, copyFamilies, jobFamilies } from "./running.ts";

/** However often and by however many it is scraped, the records are read so often at most. */
const FRESH_MS = 15_000;
/** Callers whose last look is kept, the ones asking least recently go first. */
const CALLERS_MAX = 100;

export interface Collector {
  /**
   * All families as `read` may see them. `caller` names whose eyes those are: callers with the same name share a look.
   */
  collect(caller: string, read: <T>(work: (db: Db) => Promise<T>) => Promise<T>): Promise<readonly Family[]>;
}

export function createCollector(clock: Clock): Collector {
  const looks = new Map<string, { readonly at_ms: number; readonly families: Promise<readonly Family[]> }>();
  return {
    async collect(caller, read) {
      const known = looks.get(caller);
      if (known !== undefined && clock.monotonic_ms() - known.at_ms < FRESH_MS) return known.families;
      const families = read((db) => collectFamilies(db, clock));
      // What failed is not kept: the next scrape looks again.
      families.catch(() => looks.delete(caller));
      looks.delete(caller);
      looks.set(caller, { at_ms: clock.monotonic_ms(), families });
      const [oldest] = looks.keys();
      if (looks.size > CALLERS_MAX && oldest !== undefined) looks.delete(oldest);
      return families;
    },
  };
}

async function collectFamilies(db: Db, clock: Clock): Promise<Family[]> {
  const now_ms = clock.now_ms();
  const names = await projectNames(db);
  const by_project = [
    ...(await backupFamilies(db, now_ms)),
    ...(await coverageFamilies(db, now_ms)),
    ...(await storageFamilies(db)),
    ...(await testFamilies(db, now_ms)),
  ];
  return [
    ...by_project.map((family) => withProjects(family, names)),
    ...(await copyFamilies(db, clock)),
    ...(await jobFamilies(db, now_ms)),
    ...(await alertFamilies(db)),
  ];
}

/** Those that have a label of their own. */
async function projectNames(db: Db): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select p.id, p.name from projects p
    left join (select project_id, count(*) as workloads from workloads where removed_at is null group by project_id) w
      on w.project_id = p.id
    order by coalesce(w.workloads, 0) desc, p.id limit ${PROJECTS_MAX}`.execute(db);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Workloads by what the policies make of them; uncovered: tagged, and no policy takes it. */
async function coverageFamilies(db: Db, now_ms: number): Promise<ProjectFamily[]> {
  const selection = await loadSelection(db);
  const uncovered = new Map<string, number>();
  const states = new Map<string, Map<string, number>>();
  for await (const workload of everyWorkload(db)) {
    const { project_id } = workload;
    const { state } = selection.resolve(workload, now_ms);
    const tagged = Object.keys(workload.tags).length > 0;
    uncovered.set(project_id, (uncovered.get(project_id) ?? 0) + (state === "unbound" && tagged ? 1 : 0));
    const of = states.get(project_id) ?? new Map<string, number>();
    states.set(project_id, of.set(state, (of.get(state) ?? 0) + 1));
  }
  return [
    {
      name: "baas_policy_workloads_uncovered",
      help: "baas.policy.workloads_uncovered: tagged workloads that no policy takes",
      label_names: [],
      fold: "sum",
      rows: [...uncovered].map(([project_id, value]) => ({ project_id, value })),
    },
    {
      name: "baas_workloads",
      help: "Workloads: bound to a policy, excluded by somebody, or unbound",
      label_names: ["state"],
      fold: "sum",
      rows: [...states].flatMap(([project_id, of]) =>
        [...of].map(([state, value]) => ({ project_id, labels: { state }, value })),
      ),
    },
  ];
}
