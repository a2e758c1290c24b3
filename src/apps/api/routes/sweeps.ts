import type { FastifyInstance } from "fastify";
import { getProject, getRegion } from "../../../control/inventory/index.ts";
import { requestSweep } from "../../../control/retention/index.ts";
import { acceptedSchema, sweepRequestSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { addWrite } from "../route.ts";

export function addSweepRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addWrite(app, deps, {
    tag: "sweeps",
    url: "/v1/sweeps",
    method: "POST",
    operation_id: "create_sweep",
    summary: "Free what no backup of a project needs any more in one region, beside everything that runs",
    scope: "sweeps:write",
    status: 202,
    body: sweepRequestSchema,
    response: acceptedSchema,
    run: async ({ db, body }) => {
      const project_id = (await getProject(db, body.project)).id;
      const region_id = (await getRegion(db, body.region)).id;
      const { job_id } = await requestSweep(db, { project_id, region_id }, deps);
      return { job_id, resource_id: null };
    },
  });
  addWrite(app, deps, {
    tag: "sweeps",
    url: "/v1/sweeps/bypass",
    method: "POST",
    operation_id: "create_bypass_sweep",
    summary: "The same in spite of GOVERNANCE locks on what nobody needs; put on record",
    scope: "locks:bypass",
    status: 202,
    body: sweepRequestSchema,
    response: acceptedSchema,
    run: async ({ db, body }) => {
      const project_id = (await getProject(db, body.project)).id;
      const region_id = (await getRegion(db, body.region)).id;
      const { job_id } = await requestSweep(db, { project_id, region_id, bypass_governance: true }, deps);
      return { job_id, resource_id: null };
    },
  });
}
