import type { FastifyInstance } from "fastify";
import { getProject, getRegion } from "../../../control/inventory/index.ts";
import {
  estimateThaw,
  listThaws,
  previewTiers,
  requestThaw,
  requestTierRun,
  tierStatus,
  writeTierSettings,
} from "../../../control/tiering/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  acceptedSchema,
  createThawRequestSchema,
  idParamsSchema,
  thawEstimateSchema,
  thawListSchema,
  thawQuerySchema,
  tierPlaceSchema,
  tierPlanSchema,
  tierSettingsRequestSchema,
  tierSettingsViewSchema,
  tierStatusSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { toWire } from "../listing.ts";
import { addRead, addWrite } from "../route.ts";

async function placeOf(db: Db, names: { readonly project: string; readonly region: string }) {
  const project_id = (await getProject(db, names.project)).id;
  return { project_id, region_id: (await getRegion(db, names.region)).id };
}

export function addTierRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "tiers" };
  addRead(app, deps, {
    ...base,
    url: "/v1/tiers/plan",
    operation_id: "plan_tiers",
    summary: "What a tier run would move in one region, why the rest stays, and what it would save",
    scope: "backups:read",
    query: tierPlaceSchema,
    response: tierPlanSchema,
    run: async ({ db, query }) => toWire(await previewTiers(await placeOf(db, query), deps)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/tiers",
    operation_id: "get_tier_status",
    summary: "Where the packs of each project stand in each region, as of its last tier run",
    scope: "backups:read",
    response: tierStatusSchema,
    run: async ({ db }) => toWire({ items: await tierStatus(db) }),
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/tiers/run",
    method: "POST",
    operation_id: "run_tiers",
    summary: "Move packs to the tiers their backups need, in one region; the server does it once a day",
    scope: "tiers:write",
    status: 202,
    body: tierPlaceSchema,
    response: acceptedSchema,
    run: async ({ db, body }) => {
      const { job_id } = await requestTierRun(db, await placeOf(db, body), deps);
      return { job_id, resource_id: null };
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/regions/:id/tiers",
    method: "POST",
    operation_id: "set_region_tiers",
    summary: "Say what a region's tiers are, cost and ask for; what is left out stays",
    scope: "regions:write",
    status: 200,
    params: idParamsSchema,
    body: tierSettingsRequestSchema,
    response: tierSettingsViewSchema,
    run: async ({ db, params, body }) => {
      const { region, settings } = await writeTierSettings(db, params.id, body, deps);
      return { region: region.name, ...settings };
    },
  });
  addThawRoutes(app, deps);
}

function addThawRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "thaws", url: "/v1/thaws" };
  addRead(app, deps, {
    ...base,
    operation_id: "find_thaws",
    summary: "Thaws of cold backups, newest first",
    scope: "backups:read",
    query: thawQuerySchema,
    response: thawListSchema,
    run: async ({ db, query }) => {
      const rows = await listThaws(db, query.backup_id === undefined ? {} : { backup_id: query.backup_id });
      const now_ms = deps.clock.now_ms();
      const over = (at: Date | null) => at !== null && at.getTime() <= now_ms;
      const items = rows.map((row) => ({
        ...row,
        state: row.state === "READY" && over(row.expires_at) ? ("EXPIRED" as const) : row.state,
      }));
      return toWire({ items });
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_thaw",
    summary: "Make a cold backup readable for a while; a dry run tells time and cost. A restore does it by itself",
    scope: "backups:verify",
    status: 202,
    body: createThawRequestSchema,
    response: acceptedSchema,
    plan: {
      response: thawEstimateSchema,
      run: async ({ body }) => estimateThaw(given(body), deps),
    },
    run: async ({ db, body }) => {
      const { thaw, job_id } = await requestThaw(db, given(body), deps);
      return { job_id, resource_id: thaw.id };
    },
  });
}

function given(body: {
  readonly backup_id: string;
  readonly region?: string | undefined;
  readonly keep_hours?: number | undefined;
}) {
  const { backup_id, region, keep_hours } = body;
  return {
    backup_id,
    ...(region === undefined ? {} : { region }),
    ...(keep_hours === undefined ? {} : { keep_hours }),
  };
}
