import type { FastifyInstance } from "fastify";
import { agentViews, createAgentToken, getAgent, revokeAgent } from "../../../control/agents/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  agentSchema,
  type AgentView,
  createAgentTokenRequestSchema,
  createdAgentTokenSchema,
  idParamsSchema,
  pageSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "agents.id",
  order_by: "name asc",
  fields: {
    id: { column: "agents.id", type: "text", sortable: true },
    name: { column: "agents.name", type: "text", sortable: true },
    project_id: { column: "agents.project_id", type: "text" },
    project: { column: "projects.name", type: "text", sortable: true },
    version: { column: "agents.version", type: "text" },
    last_contact_at: { column: "agents.last_contact_at", type: "instant", sortable: true },
    revoked_at: { column: "agents.revoked_at", type: "instant" },
    created_at: { column: "agents.created_at", type: "instant", sortable: true },
  },
};

export function addAgentRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "agents", url: "/v1/agents" };
  const one = { ...base, url: "/v1/agents/:id", params: idParamsSchema };
  const rows = (db: Db) => agentViews(db, new Date(deps.clock.now_ms()));
  const view = async (db: Db, id: string): Promise<AgentView> =>
    toWire(await rows(db).where("agents.id", "=", id).executeTakeFirstOrThrow());
  addList(app, deps, {
    ...base,
    operation_id: "list_agents",
    summary: "Agents on hosts: version, health, last contact, backlog",
    scope: "agents:read",
    response: pageSchema(agentSchema),
    run: async ({ db, query }) => toWire(await listPage(rows(db), SHAPE, query)),
  });
  addRead(app, deps, {
    ...one,
    operation_id: "get_agent",
    summary: "One agent, by id or name",
    scope: "agents:read",
    response: agentSchema,
    run: async ({ db, params }) => view(db, (await getAgent(db, params.id)).id),
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/agents/tokens",
    method: "POST",
    operation_id: "create_agent_token",
    organisation: true,
    summary: "Make a token with which one host enrols, once; shown this once",
    scope: "agents:write",
    status: 201,
    body: createAgentTokenRequestSchema,
    response: createdAgentTokenSchema,
    secret_fields: ["token"],
    run: async ({ db, body, principal }) => {
      const request = { ...body, created_by: principal.name };
      const { agent, secret, expires_at } = await createAgentToken(db, request, deps);
      const { fingerprint } = await deps.authority();
      const { id: agent_id, name, project_id } = agent;
      return {
        agent_id,
        name,
        project_id,
        expires_at: expires_at.toISOString(),
        token: `hfa_${secret}.${fingerprint}`,
      };
    },
  });
  addWrite(app, deps, {
    ...one,
    method: "DELETE",
    operation_id: "revoke_agent",
    summary: "Revoke an agent: from now on it is refused; its backups stay",
    scope: "agents:write",
    status: 200,
    response: agentSchema,
    run: async ({ db, params, principal }) => {
      const agent = await getAgent(db, params.id);
      await revokeAgent(db, agent, principal.name, deps);
      return view(db, agent.id);
    },
  });
}
