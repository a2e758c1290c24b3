import type { FastifyInstance } from "fastify";
import {
  keySchedule,
  planRotation,
  requestRetirement,
  requestRotation,
  rotationStatus,
  setKeySchedule,
  shredProject,
} from "../../../control/rotation/index.ts";
import { getProject } from "../../../control/inventory/index.ts";
import { projectSchema } from "../../../model/index.ts";
import {
  acceptedSchema,
  createRotationRequestSchema,
  idParamsSchema,
  keyScheduleSchema,
  retireKeyRequestSchema,
  rotationListSchema,
  rotationPlanSchema,
  rotationQuerySchema,
  setKeyScheduleRequestSchema,
  shredProjectRequestSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { addRead, addWrite } from "../route.ts";

export function addRotationRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "keys", url: "/v1/rotations" };
  addRead(app, deps, {
    ...base,
    operation_id: "get_rotations",
    summary: "The newest rotation of each project: what is done, what is left, what is locked and until when",
    scope: "keys:read",
    query: rotationQuerySchema,
    response: rotationListSchema,
    run: async ({ db, query }) => ({ items: await rotationStatus(db, query) }),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_rotation",
    summary: "Rotate a project's key; with `dry_run` the plan: what would be sealed anew, and what is locked",
    scope: "keys:write",
    status: 202,
    body: createRotationRequestSchema,
    response: acceptedSchema,
    plan: {
      response: rotationPlanSchema,
      run: async ({ db, body }) => planRotation((await getProject(db, body.project)).id, deps),
    },
    run: async ({ db, body, principal }) => {
      const { project, emergency, bytes_per_second } = body;
      const reason = emergency ? "emergency" : "asked for";
      const limit = bytes_per_second === undefined ? {} : { bytes_per_second };
      const request = { project, emergency, ...limit, by: principal.name, reason };
      const { rotation_id, job_id } = await requestRotation(db, request, deps);
      return { job_id, resource_id: rotation_id };
    },
  });
  addWrite(app, deps, {
    tag: "keys",
    url: "/v1/key-retirements",
    method: "POST",
    operation_id: "create_key_retirement",
    summary: "Destroy an old version of a key after 30 days; fails when anything still depends on it",
    scope: "keys:write",
    status: 202,
    body: retireKeyRequestSchema,
    response: acceptedSchema,
    run: async ({ db, body, principal }) => {
      const { job_id } = await requestRetirement(db, { ...body, by: principal.name }, deps);
      return { job_id, resource_id: null };
    },
  });
  addRead(app, deps, {
    tag: "keys",
    url: "/v1/key-schedules/:id",
    operation_id: "get_key_schedule",
    summary: "How often a project's key is rotated, and when next",
    scope: "keys:read",
    params: idParamsSchema,
    response: keyScheduleSchema,
    run: ({ db, params }) => keySchedule(db, params.id),
  });
  addWrite(app, deps, {
    tag: "keys",
    url: "/v1/key-schedules",
    method: "POST",
    operation_id: "set_key_schedule",
    summary: "Set how often a project's key is rotated",
    scope: "keys:write",
    status: 200,
    body: setKeyScheduleRequestSchema,
    response: keyScheduleSchema,
    run: ({ db, body, principal }) => setKeySchedule(db, body.project, body.every, principal.name, deps),
  });
  addWrite(app, deps, {
    tag: "projects",
    url: "/v1/projects/:id/shred",
    method: "POST",
    operation_id: "shred_project",
    summary: "Make everything of a project unreadable for good; refused while a lock or a legal hold runs",
    scope: "projects:shred",
    status: 200,
    params: idParamsSchema,
    body: shredProjectRequestSchema,
    response: projectSchema,
    run: ({ db, params, body, principal, dry_run }) =>
      shredProject(db, { project: params.id, confirm: body.confirm, by: principal.name }, dry_run, deps),
  });
}
