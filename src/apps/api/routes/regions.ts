import type { FastifyInstance } from "fastify";
import { createRegion, getRegion, setRegionKeys } from "../../../control/inventory/index.ts";
import { regionSchema } from "../../../model/index.ts";
import { placeName } from "../../../control/repositories/index.ts";
import {
  createRegionRequestSchema,
  idParamsSchema,
  pageSchema,
  regionTestSchema,
  setRegionKeysRequestSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "regions.id",
  order_by: "name asc",
  fields: {
    id: { column: "regions.id", type: "text", sortable: true },
    name: { column: "regions.name", type: "text", sortable: true },
    country: { column: "regions.country", type: "text", sortable: true },
    created_at: { column: "regions.created_at", type: "instant", sortable: true },
  },
};

export function addRegionRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "regions", url: "/v1/regions" };
  addList(app, deps, {
    ...base,
    operation_id: "list_regions",
    summary: "Regions: where backups are kept",
    scope: "regions:read",
    response: pageSchema(regionSchema),
    run: async ({ db, query }) => toWire(await listPage(db.selectFrom("regions").selectAll(), SHAPE, query)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/regions/:id",
    operation_id: "get_region",
    summary: "One region, by id or name",
    scope: "regions:read",
    params: idParamsSchema,
    response: regionSchema,
    run: ({ db, params }) => getRegion(db, params.id),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_region",
    organisation: true,
    summary: "Add a region; its storage is claimed for it",
    scope: "regions:write",
    status: 201,
    body: createRegionRequestSchema,
    response: regionSchema,
    run: async ({ db, body, dry_run }) => {
      const region = await createRegion(db, body, deps);
      // The storage learns the id before the database keeps it: storage that belongs to another is refused here.
      if (!dry_run) await deps.repositories.claimRegion(region);
      return region;
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/regions/:id/keys",
    method: "POST",
    operation_id: "set_region_keys",
    organisation: true,
    summary: "Give projects a master key of their own in a region, or none; those there change over when rotated",
    scope: "keys:write",
    status: 200,
    params: idParamsSchema,
    body: setRegionKeysRequestSchema,
    response: regionSchema,
    async run({ db, params, body, principal, dry_run }) {
      const region = await setRegionKeys(db, params.id, body.own_keys, principal.name, deps);
      // The storage remembers it for a rebuilt catalog.
      if (!dry_run) await deps.repositories.claimRegion(region);
      return region;
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/regions/:id/test",
    method: "POST",
    operation_id: "test_region",
    organisation: true,
    summary: "Write, lock, read and delete in a region's storage, and tell what it really does",
    scope: "regions:write",
    status: 200,
    params: idParamsSchema,
    response: regionTestSchema,
    async run({ db, params, dry_run }) {
      const region = await getRegion(db, params.id);
      if (dry_run) return { store: placeName(region.store), usable: true, lock_modes: [], findings: [] };
      const { store, usable, lock_modes, findings } = await deps.repositories.probeRegion(region);
      return { store, usable, lock_modes: [...lock_modes], findings: [...findings] };
    },
  });
}
