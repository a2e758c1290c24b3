import type { FastifyInstance } from "fastify";
import { requestRebuild } from "../../../control/catalog/index.ts";
import { acceptedSchema, rebuildRequestSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { addWrite } from "../route.ts";

export function addCatalogRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addWrite(app, deps, {
    tag: "catalog",
    url: "/v1/catalog/rebuild",
    method: "POST",
    operation_id: "rebuild_catalog",
    organisation: true,
    summary: "Bring the catalog in line with the signed manifests that the regions hold; takes nothing away",
    scope: "catalog:write",
    status: 202,
    body: rebuildRequestSchema,
    response: acceptedSchema,
    run: async ({ db, body }) => {
      const places = body.stores.map((store) => ({ store }));
      const { job_id } = await requestRebuild({ ...deps, db }, places);
      return { job_id, resource_id: null };
    },
  });
}
