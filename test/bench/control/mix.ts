/** Reads as 200 people and programs would ask for them at once. */
import { createToken, grantRole, type Principal } from "../../../src/control/access/index.ts";
import type { Db, Ports } from "../../../src/platform/db/index.ts";

export interface Asked {
  readonly path: string;
  readonly token: string;
}

export interface Answered {
  /** Index in what was asked. */
  readonly at: number;
  readonly ms: number;
  /** 0: no answer. */
  readonly status: number;
  readonly bytes: number;
}

/** A number that looks random and is the same in each run. */
export function mixed(a: number, b: number): number {
  let x = (Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b)) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 0;
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39) >>> 0;
  return (x ^ (x >>> 15)) >>> 0;
}

const EACH = 500;
const TENANTS = 20;

/**
 * Of each of up to 20 tenants and of the provider: single workloads, jobs, policies, projects, and pages of backups
 * and jobs. A tenant's own token sees its project alone, the provider's sees everything; half asks with either.
 */
export async function mixOf(db: Db, ports: Ports): Promise<Asked[]> {
  const by: Principal = {
    token_id: "bench",
    kind: "token",
    user_id: null,
    name: "bench",
    scopes: ["*"],
    groups: [],
    grants: [{ role: "bench", permissions: ["*"], project_id: null, tags: null }],
    session_id: null,
  };
  const asked: Asked[] = [];
  const projects = await db
    .selectFrom("projects")
    .select(["id", "name"])
    .where("sandbox", "=", false)
    .orderBy("id")
    .limit(TENANTS)
    .execute();
  for (const project of projects) {
    const own = await createToken(db, { name: `tenant ${project.name}`, scopes: [] }, ports);
    const role = { subject_type: "token" as const, subject: own.id, role: "baas.viewer", project_id: project.id };
    await grantRole(db, role, by, ports);
    const all = await createToken(db, { name: `provider for ${project.name}`, scopes: ["*:read"] }, ports);
    const of = <T extends "workloads" | "jobs">(table: T) =>
      db
        .selectFrom(table as "jobs")
        .select("id")
        .where("project_id", "=", project.id)
        .limit(Math.ceil(EACH / projects.length))
        .execute();
    const workloads = await of("workloads");
    const jobs = await of("jobs");
    const named = await db
      .selectFrom("backups")
      .innerJoin("policies", "policies.id", "backups.policy_id")
      .select("policies.name")
      .where("backups.project_id", "=", project.id)
      .limit(1)
      .executeTakeFirst();
    for (const token of [own.secret, all.secret]) {
      for (const [n, { id }] of workloads.entries()) {
        const paths = [
          `/v1/workloads/${id}`,
          `/v1/jobs/${jobs[n]?.id ?? jobs[0]?.id}`,
          `/v1/backups?filter=workload_id%3D${id}`,
          `/v1/backups?page_size=20`,
          `/v1/policies/${named?.name}`,
          `/v1/projects/${project.name}`,
        ];
        for (const path of paths) asked.push({ path, token });
      }
    }
  }
  return asked;
}
