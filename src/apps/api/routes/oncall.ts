import type { FastifyInstance } from "fastify";
import * as z from "zod";
import {
  addChannel,
  addOverride,
  getChannel,
  getDelivery,
  loadOncall,
  removeChannel,
  removeOverride,
  saveOncall,
  shiftsBetween,
  testChannel,
  whoIsOnCall,
} from "../../../control/oncall/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  addChannelRequestSchema,
  addOverrideRequestSchema,
  channelViewSchema,
  deliveryViewSchema,
  idParamsSchema,
  oncallQuerySchema,
  oncallViewSchema,
  overrideViewSchema,
  pageSchema,
  setOncallRequestSchema,
  shiftsQuerySchema,
  shiftsSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const DAY_MS = 86_400_000;
const SHIFT_DAYS = 15;
const SHIFT_DAYS_MAX = 62;

const CHANNELS: ListShape = {
  id: "channels.id",
  order_by: "name asc",
  fields: {
    id: { column: "channels.id", type: "text", sortable: true },
    name: { column: "channels.name", type: "text", sortable: true },
    kind: { column: "channels.kind", type: "text" },
  },
};

const DELIVERIES: ListShape = {
  id: "deliveries.id",
  order_by: "created_at desc",
  fields: {
    id: { column: "deliveries.id", type: "text", sortable: true },
    alert_id: { column: "deliveries.alert_id", type: "text" },
    channel: { column: "channels.name", type: "text" },
    person: { column: "deliveries.person", type: "text" },
    state: { column: "deliveries.state", type: "text" },
    created_at: { column: "deliveries.created_at", type: "instant", sortable: true },
  },
};

function deliveryRows(db: Db) {
  return db
    .selectFrom("deliveries")
    .innerJoin("channels", "channels.id", "deliveries.channel_id")
    .selectAll("deliveries")
    .select("channels.name as channel_name");
}

async function oncallView(db: Db, at_ms: number) {
  const on_call = await whoIsOnCall(db, at_ms);
  return {
    at: new Date(at_ms).toISOString(),
    on_call: on_call.map(({ until_ms, ...rest }) => ({ ...rest, until: new Date(until_ms).toISOString() })),
    config: { ...(await loadOncall(db)) },
  };
}

export function addOncallRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "oncall", url: "/v1/oncall" };
  addRead(app, deps, {
    ...base,
    operation_id: "get_oncall",
    summary: "Who is on call now, until when, and who is next",
    scope: "oncall:read",
    query: oncallQuerySchema,
    response: oncallViewSchema,
    run: ({ db, query }) => oncallView(db, query.at === undefined ? deps.clock.now_ms() : Date.parse(query.at)),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    status: 200,
    operation_id: "set_oncall",
    summary: "Replace people, rotations and escalation",
    scope: "oncall:write",
    body: setOncallRequestSchema,
    response: oncallViewSchema,
    run: async ({ db, body, principal }) => {
      await saveOncall(db, body.config, principal.name, deps);
      return oncallView(db, deps.clock.now_ms());
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/oncall/overrides",
    method: "POST",
    status: 201,
    operation_id: "create_oncall_override",
    summary: "Somebody else takes over for a while",
    scope: "oncall:write",
    body: addOverrideRequestSchema,
    response: overrideViewSchema,
    run: async ({ db, body, principal }) => {
      const from = body.from === undefined ? new Date(deps.clock.now_ms()) : new Date(body.from);
      const input = { rotation: body.rotation, person: body.person, from, until: new Date(body.until) };
      return toWire(await addOverride(db, input, principal.name, deps));
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/oncall/overrides/:id",
    method: "DELETE",
    status: 200,
    operation_id: "delete_oncall_override",
    summary: "Take an override back: the rotation counts again",
    scope: "oncall:write",
    params: idParamsSchema,
    response: overrideViewSchema,
    run: async ({ db, params, principal }) => toWire(await removeOverride(db, params.id, principal.name, deps)),
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/oncall/shifts",
    operation_id: "oncall_shifts",
    summary: "Who is on call when, from a day ago until two weeks ahead",
    scope: "oncall:read",
    query: shiftsQuerySchema,
    response: shiftsSchema,
    run: async ({ db, query }) => {
      const now_ms = deps.clock.now_ms();
      const from_ms = query.from === undefined ? now_ms - DAY_MS : Date.parse(query.from);
      const until_ms = query.until === undefined ? from_ms + SHIFT_DAYS * DAY_MS : Date.parse(query.until);
      if (until_ms <= from_ms || until_ms - from_ms > SHIFT_DAYS_MAX * DAY_MS) {
        const detail = `until has to be after from, and at most ${SHIFT_DAYS_MAX} days`;
        throw apiError("API_REQUEST_INVALID", detail, { problems: [detail] });
      }
      const iso = (instant_ms: number) => new Date(instant_ms).toISOString();
      const shifts = await shiftsBetween(db, from_ms, until_ms);
      return {
        from: iso(from_ms),
        until: iso(until_ms),
        items: shifts.map(({ from_ms: from, until_ms: until, ...it }) => ({
          ...it,
          from: iso(from),
          until: iso(until),
        })),
      };
    },
  });
  addChannelRoutes(app, deps);
}

function addChannelRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "oncall", url: "/v1/channels" };
  addList(app, deps, {
    ...base,
    operation_id: "list_channels",
    summary: "Channels, and whether they deliver",
    scope: "oncall:read",
    response: pageSchema(channelViewSchema),
    run: async ({ db, query }) => toWire(await listPage(db.selectFrom("channels").selectAll(), CHANNELS, query)),
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    status: 201,
    operation_id: "create_channel",
    summary: "Add a channel; secrets by reference only",
    scope: "oncall:write",
    body: addChannelRequestSchema,
    response: channelViewSchema,
    run: async ({ db, body }) => toWire(await addChannel(db, body, deps)),
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/channels/:id",
    method: "DELETE",
    status: 200,
    operation_id: "delete_channel",
    summary: "Remove a channel that nobody is reached over",
    scope: "oncall:write",
    params: idParamsSchema,
    response: z.object({ id: z.string() }),
    run: async ({ db, params }) => {
      const { id } = await getChannel(db, params.id);
      await removeChannel(db, id, deps);
      return { id };
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/channels/:id/test",
    method: "POST",
    status: 202,
    operation_id: "test_channel",
    summary: "Send a test message; follow it at /v1/deliveries/{id}",
    scope: "oncall:write",
    params: idParamsSchema,
    response: z.object({ delivery_id: z.string() }),
    run: async ({ db, params }) => ({ delivery_id: await testChannel(db, params.id, deps) }),
  });
  addList(app, deps, {
    tag: "oncall",
    url: "/v1/deliveries",
    operation_id: "list_deliveries",
    summary: "What was told to whom, and whether it arrived",
    scope: "oncall:read",
    response: pageSchema(deliveryViewSchema),
    run: async ({ db, query }) => toWire(await listPage(deliveryRows(db), DELIVERIES, query)),
  });
  addRead(app, deps, {
    tag: "oncall",
    url: "/v1/deliveries/:id",
    operation_id: "get_delivery",
    summary: "One delivery",
    scope: "oncall:read",
    params: idParamsSchema,
    response: deliveryViewSchema,
    run: async ({ db, params }) => {
      const { id } = await getDelivery(db, params.id);
      return toWire(await deliveryRows(db).where("deliveries.id", "=", id).executeTakeFirstOrThrow());
    },
  });
}
