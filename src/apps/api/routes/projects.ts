import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import { createProject, getProject, setProjectQuota } from "../../../control/inventory/index.ts";
import { projectSchema } from "../../../model/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  createProjectRequestSchema,
  idParamsSchema,
  pageSchema,
  projectQuotaRequestSchema,
  projectViewSchema,
} from "../../../protocol/index.ts";
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

/** With what all of a project's repositories took when each was last measured. */
function rows(db: Db) {
  return db
    .selectFrom("projects")
    .innerJoin("regions", "regions.id", "projects.region_id")
    .selectAll("projects")
    .select("regions.name as region_name")
    .select((select) => [
      select
        .selectFrom("repositories")
        .whereRef("repositories.project_id", "=", "projects.id")
        .select(sql<number | null>`sum(used_bytes)::bigint`.as("used"))
        .as("used_bytes"),
      select
        .selectFrom("repositories")
        .whereRef("repositories.project_id", "=", "projects.id")
        .select((each) => each.fn.min("used_at").as("at"))
        .as("used_at"),
    ]);
}

export function addProjectRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "projects", url: "/v1/projects" };
  addList(app, deps, {
    ...base,
    operation_id: "list_projects",
    summary: "Projects: the tenants",
    scope: "projects:read",
    response: pageSchema(projectViewSchema),
    run: async ({ db, query }) => toWire(await listPage(rows(db), SHAPE, query)),
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
    organisation: true,
    summary: "Add a project; its backups go to the region named first",
    scope: "projects:write",
    status: 201,
    body: createProjectRequestSchema,
    response: projectSchema,
    run: ({ db, body }) => createProject(db, body, deps),
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/projects/:id/quota",
    method: "POST",
    operation_id: "set_project_quota",
    summary: "Say how much a project may store in all regions together; a backup that would pass it is refused",
    scope: "projects:write",
    status: 200,
    params: idParamsSchema,
    body: projectQuotaRequestSchema,
    response: projectSchema,
    run: ({ db, params, body }) => setProjectQuota(db, params.id, body.quota_bytes, deps),
  });
}
