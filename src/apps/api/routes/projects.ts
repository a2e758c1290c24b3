import type { FastifyInstance } from "fastify";
import { createProject, getProject } from "../../../control/inventory/index.ts";
import { projectSchema } from "../../../model/index.ts";
import { createProjectRequestSchema, idParamsSchema, pageSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "projects.id",
  order_by: "name asc",
  fields: {
    id: { column: "projects.id", type: "text", sortable: true },
    name: { column: "projects.name", type: "text", sortable: true },
    region_id: { column: "projects.region_id", type: "text", sortable: true },
    created_at: { column: "projects.created_at", type: "instant", sortable: true },
  },
};

export function addProjectRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "projects", url: "/v1/projects" };
  addList(app, deps, {
    ...base,
    operation_id: "list_projects",
    summary: "Projects: the tenants",
    scope: "projects:read",
    response: pageSchema(projectSchema),
    run: async ({ db, query }) => toWire(await listPage(db.selectFrom("projects").selectAll(), SHAPE, query)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/projects/:id",
    operation_id: "get_project",
    summary: "One project, by id or name",
    scope: "projects:read",
    params: idParamsSchema,
    response: projectSchema,
    run: ({ db, params }) => getProject(db, params.id),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_project",
    summary: "Add a project; its backups go to the region named first",
    scope: "projects:write",
    status: 201,
    body: createProjectRequestSchema,
    response: projectSchema,
    run: ({ db, body }) => createProject(db, body, deps),
  });
}
