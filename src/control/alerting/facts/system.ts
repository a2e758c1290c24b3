import { everyWorkload, listProjects } from "../../inventory/index.ts";
import { loadSelection } from "../../policy/index.ts";
import { dayOf, lastHead } from "../../evidence/index.ts";
import type { Fact, FactSource } from "../fact.ts";

const DAY_MS = 86_400_000;
/** Somebody may be tagging right now. With a look every quarter of a minute the alert comes within one. */
const UNCOVERED_GRACE_MS = 10_000;

export const coverage: FactSource = {
  name: "coverage",
  rules: ["workload_uncovered"],
  async load({ db, clock }) {
    const now_ms = clock.now_ms();
    const selection = await loadSelection(db);
    const projects = new Map((await listProjects(db)).map((project) => [project.id, project.name]));
    const facts: Fact[] = [];
    for await (const workload of everyWorkload(db)) {
      if (Object.keys(workload.tags).length === 0) continue;
      if (now_ms - Date.parse(workload.updated_at) < UNCOVERED_GRACE_MS) continue;
      const { state, exclusion } = selection.resolve(workload, now_ms);
      if (state === "bound" || exclusion !== null) continue;
      const project = projects.get(workload.project_id) ?? workload.project_id;
      facts.push({
        rule: "workload_uncovered",
        cause: workload.project_id,
        project_id: workload.project_id,
        subject: workload.project_id,
        summary: `tagged workloads of project ${project} have no policy, e.g. ${workload.name}: baas coverage report --project ${project}`,
        members: [workload.name],
      });
    }
    return facts;
  },
};

/** A jump is told for so long; whoever closes it earlier has peace. */
const JUMP_TOLD_MS = 6 * 3_600_000;

export const clockJumps: FactSource = {
  name: "clock jumps",
  rules: ["clock_jump"],
  async load({ db, clock }) {
    const rows = await db
      .selectFrom("events")
      .select(["id", "data"])
      .where("type", "=", "holdfast.clock.jumped")
      .where("time", ">", new Date(clock.now_ms() - JUMP_TOLD_MS))
      .orderBy("sequence", "desc")
      .limit(20)
      .execute();
    return rows.map(
      ({ id, data }): Fact => ({
        rule: "clock_jump",
        cause: "server",
        project_id: null,
        subject: "server",
        summary: `the server's clock jumped by ${String(data["jump_seconds"])} s: schedules, retention and locks go by it`,
        members: [id],
      }),
    );
  },
};

/** Heads are signed within minutes after midnight UTC. */
const HEAD_GRACE_MS = 6 * 3_600_000;

export const evidence: FactSource = {
  name: "evidence",
  rules: ["evidence_stale"],
  every_ms: 600_000,
  async load({ db, clock }) {
    const head = await lastHead(db);
    const first = await db
      .selectFrom("evidence_leaves")
      .select("appended_at")
      .where("leaf_index", "=", 0)
      .executeTakeFirst();
    if (first === undefined) return [];
    const wanted = dayOf(clock.now_ms() - HEAD_GRACE_MS - DAY_MS);
    if (dayOf(first.appended_at.getTime()) > wanted || (head !== undefined && head.day >= wanted)) return [];
    const newest = head === undefined ? "there is none yet" : `the newest is of ${head.day}`;
    const summary = `the evidence log has no signed head of ${wanted}: ${newest}`;
    return [
      { rule: "evidence_stale", cause: "log", project_id: null, subject: "evidence", summary, members: [wanted] },
    ];
  },
};
