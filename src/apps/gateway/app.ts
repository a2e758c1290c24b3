import type { TLSSocket } from "node:tls";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from "fastify";
import type * as z from "zod";
import { asHoldfastError } from "../../base/index.ts";
import {
  type AgentRow,
  agentError,
  type Authority,
  endTask,
  enrol,
  identify,
  noteProgress,
  poll,
  renew,
} from "../../control/agents/index.ts";
import { adoptOffline, standingOrders } from "../../control/protect/index.ts";
import type { RecoverPorts } from "../../control/recover/index.ts";
import type { KeyManager } from "../../engine/keys/index.ts";
import { PROTOCOL_HEADER, serveStore } from "../../engine/store/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Wakeups } from "../../platform/queue/index.ts";
import {
  AGENT_PROTOCOL,
  enrollRequestSchema,
  type PollAnswer,
  pollRequestSchema,
  pullRequestSchema,
  renewRequestSchema,
  taskEndSchema,
  taskProgressSchema,
  unwrapRequestSchema,
} from "../../protocol/index.ts";
import { guardOf } from "./guard.ts";
import { ownBackups, pullRestore, readOwnJob } from "./pull.ts";
import { StorePool } from "./store-pool.ts";

export interface GatewayPorts extends RecoverPorts {
  readonly log: Logger;
  readonly wakeups: Wakeups;
  readonly keys: KeyManager;
  readonly authority: () => Promise<Authority>;
  readonly version: string;
  /** Let agents put packs straight into storage that can be asked to let them. */
  readonly direct: boolean;
}

const BODY_BYTES_MAX = 256 * 1024;
/** A pack, and room (see the store's own bound). */
const OBJECT_BYTES_MAX = 170 * 1024 * 1024;
/** An agent that is cut off keeps to what it heard last. */
const ORDERS_EVERY_MS = 60_000;
const ORDERS_WANTED_MS = 3_000;
/** Of one agent at once; its own limit is lower. */
const STORE_CALLS_MAX = 128;

declare module "fastify" {
  interface FastifyRequest {
    agent: AgentRow | null;
  }
}

/** What agents speak to: nothing listens yet. */
export function createGateway(
  ports: GatewayPorts,
  tls: { readonly key: string; readonly certificate: string; readonly authority: string },
): FastifyInstance {
  const app = Fastify({
    // A host without a certificate can enrol, and nothing else: each other route looks at it.
    https: {
      key: tls.key,
      cert: `${tls.certificate}\n${tls.authority}`,
      ca: tls.authority,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: "TLSv1.3",
    },
    loggerInstance: ports.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1024 },
  }) as unknown as FastifyInstance;
  const pool = new StorePool(ports.repositories, ports.clock);
  app.addHook("onClose", () => pool.close());
  app.decorateRequest("agent", null);
  // The bytes of an object are read where they are needed.
  app.addContentTypeParser("application/octet-stream", (_request, _payload, done) => done(null));
  app.setErrorHandler((thrown, request, reply) => {
    const error = asHoldfastError(thrown);
    const status =
      (thrown as { statusCode?: number }).statusCode ?? error.spec.http ?? (error.fault === "user" ? 400 : 500);
    request.log.warn({ error, agent: request.agent?.name, url: request.url.split("?")[0] }, "agent refused");
    return reply.status(status).send({ error: error.toJSON() });
  });
  app.setNotFoundHandler((request) => {
    throw agentError("AGENT_REQUEST_INVALID", `agents are not answered at ${request.method} ${request.url}`);
  });
  app.get("/agent/hello", async () => ({ protocol: AGENT_PROTOCOL, version: ports.version }));
  app.post("/agent/enroll", async (request) => {
    protocolOf(request);
    const { token, csr, hostname, version } = parse(enrollRequestSchema, request.body);
    const authority = await ports.authority();
    const enrolment = { secret: token, csr, hostname, version };
    const { agent, certificate } = await enrol(ports.db, enrolment, authority, ports);
    const { id, name, project_id } = agent;
    return { agent_id: id, name, project_id, certificate, authority: authority.certificate };
  });
  void app.register(async (known) => {
    known.addHook("onRequest", async (request) => {
      protocolOf(request);
      request.agent = await callerOf(request, ports);
    });
    addTaskRoutes(known, ports);
    addDataRoutes(known, ports, pool);
  });
  return app;
}

function addTaskRoutes(app: FastifyInstance, ports: GatewayPorts): void {
  const { db, clock } = ports;
  const now = () => new Date(clock.now_ms());
  const ordered_ms = new Map<string, number>();
  const ordersIfDue = async (agent: AgentRow, every_ms: number) => {
    const last_ms = ordered_ms.get(agent.id) ?? Number.NEGATIVE_INFINITY;
    if (clock.monotonic_ms() - last_ms < every_ms) return null;
    ordered_ms.set(agent.id, clock.monotonic_ms());
    return standingOrders(agent, ports);
  };
  app.post("/agent/poll", async (request): Promise<PollAnswer> => {
    const asked = { ...parse(pollRequestSchema, request.body), protocol: protocolOf(request) };
    const agent = agentOf(request);
    const adopted = await adoptOffline(agent, asked.offline, ports);
    const orders = await ordersIfDue(agent, asked.wants_orders ? ORDERS_WANTED_MS : ORDERS_EVERY_MS);
    // What it may forget, or keep to, it hears at once.
    const wait_seconds = adopted.length > 0 || orders !== null ? 0 : asked.wait_seconds;
    const caller = hungUp(request);
    const { tasks, canceled } = await poll(agent, { ...asked, wait_seconds }, ports, caller.signal).finally(
      caller.done,
    );
    return { tasks: [...tasks], canceled: [...canceled], orders, adopted, key_manager: ports.keys.manager };
  });
  app.post("/agent/tasks/:id/progress", async (request) => {
    const { id } = request.params as { id: string };
    await noteProgress(db, agentOf(request).id, id, parse(taskProgressSchema, request.body), now());
    return {};
  });
  app.post("/agent/tasks/:id/end", async (request) => {
    const { id } = request.params as { id: string };
    await endTask(db, agentOf(request).id, id, parse(taskEndSchema, request.body), now());
    return {};
  });
  app.post("/agent/certificate", async (request) => {
    const { csr } = parse(renewRequestSchema, request.body);
    return renew(db, agentOf(request), csr, await ports.authority(), ports);
  });
  app.get("/agent/backups", async (request) => ({ backups: await ownBackups(db, agentOf(request)) }));
  app.post("/agent/restores", async (request) =>
    pullRestore(agentOf(request), parse(pullRequestSchema, request.body), ports),
  );
  app.get("/agent/jobs/:id", async (request) =>
    readOwnJob(db, agentOf(request), (request.params as { id: string }).id),
  );
}

function addDataRoutes(app: FastifyInstance, ports: GatewayPorts, pool: StorePool): void {
  const { repositories } = ports;
  app.post("/agent/keys/unwrap", async (request) => {
    const agent = agentOf(request);
    const { region_id, key_id, key_version, ciphertext, context } = parse(unwrapRequestSchema, request.body);
    const row = await repositories.find(agent.project_id, region_id);
    if (key_id !== row.cmk_id || context["repository_id"] !== row.repository_id) {
      const message = `agent ${agent.name} asked for a key that is not its own repository's`;
      throw agentError("AGENT_REFUSED", message, { agent: agent.name, key_id });
    }
    const wrapped = { manager: ports.keys.manager, key_id, key_version, ciphertext: Buffer.from(ciphertext, "base64") };
    const plaintext = await ports.keys.unwrap(wrapped, context);
    return { plaintext: plaintext.toString("base64") };
  });

  const kinds = new Map<string, number>();
  const busy = new Map<string, number>();
  app.route({
    method: ["GET", "PUT", "DELETE", "POST"],
    url: "/agent/store/:place/*",
    bodyLimit: OBJECT_BYTES_MAX,
    handler: async (request, reply) => {
      const agent = agentOf(request);
      const { place } = request.params as { place: string };
      const row = await repositories.find(agent.project_id, place);
      const calls = busy.get(agent.id) ?? 0;
      if (calls >= STORE_CALLS_MAX) throw agentError("AGENT_REFUSED", `agent ${agent.name} asks too much at once`);
      busy.set(agent.id, calls + 1);
      try {
        const path = request.raw.url?.slice(`/agent/store/${place}/`.length) ?? "";
        await pool.use(row, async (store) => {
          const guard = guardOf(agent, row, store, ports, kinds);
          const told: typeof guard = async (call, body) => {
            try {
              await guard(call, body);
            } catch (error) {
              request.log.warn({ error: asHoldfastError(error), agent: agent.name }, "agent refused");
              throw error;
            }
          };
          reply.hijack();
          await serveStore(request.raw, reply.raw, path, store, told, ports.direct);
        });
      } finally {
        const left = (busy.get(agent.id) ?? 1) - 1;
        if (left === 0) busy.delete(agent.id);
        else busy.set(agent.id, left);
      }
    },
  });
}

/** @throws AGENT_UNKNOWN, AGENT_REVOKED */
async function callerOf(request: FastifyRequest, ports: GatewayPorts): Promise<AgentRow> {
  const socket = request.raw.socket as TLSSocket;
  const { serialNumber } = socket.getPeerCertificate();
  if (!socket.authorized || serialNumber === undefined) {
    throw agentError("AGENT_UNKNOWN", "the connection carries no certificate of this installation");
  }
  return identify(ports.db, serialNumber, ports);
}

function agentOf(request: FastifyRequest): AgentRow {
  if (request.agent === null) throw new Error(`${request.url} is not behind the check of certificates`);
  return request.agent;
}

/** @throws AGENT_PROTOCOL_OLD, AGENT_PROTOCOL_NEW */
function protocolOf(request: FastifyRequest): number {
  const protocol = Number(request.headers[PROTOCOL_HEADER] ?? Number.NaN);
  const { min, max } = AGENT_PROTOCOL;
  const message = `the agent speaks protocol ${request.headers[PROTOCOL_HEADER] ?? "none"}, this server ${min} to ${max}`;
  if (!(protocol >= min)) throw agentError("AGENT_PROTOCOL_OLD", message, { min, max });
  if (protocol > max) throw agentError("AGENT_PROTOCOL_NEW", message, { min, max });
  return protocol;
}

function parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.map(String).join(".")}: ${issue.message}`);
  throw agentError("AGENT_REQUEST_INVALID", problems.join("; "), { problems });
}

/** `done` lets go of the connection, which carries many requests. */
function hungUp(request: FastifyRequest): { readonly signal: AbortSignal; done(): void } {
  const gone = new AbortController();
  const { socket } = request.raw;
  const close = () => gone.abort(new Error("the agent hung up"));
  socket.once("close", close);
  return { signal: gone.signal, done: () => void socket.off("close", close) };
}
