import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import * as z from "zod";
import { newId } from "../../base/index.ts";
import { auditTheRest, pathOf } from "./audit.ts";
import { prepareAuth, requireCaller, SESSION_COOKIE } from "./auth.ts";
import { serveConsole } from "./console.ts";
import type { ApiDeps } from "./deps.ts";
import { apiError } from "./errors.ts";
import { addEventStreams } from "./event-streams.ts";
import { addMetricsRoute, measureRequests } from "./metrics.ts";
import { serveOpenApi } from "./openapi.ts";
import { answerProblem } from "./problems.ts";
import { addAllRoutes } from "./routes/index.ts";
import { addBucketEvents } from "./routes/buckets.ts";
import { addMeRoute, addSessionRoutes } from "./routes/session.ts";

const BODY_BYTES_MAX = 1024 * 1024;
/** Headers and body must have arrived by then. */
const RECEIVE_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 60_000;
const REQUESTS_PER_MINUTE = 6000;

/** Builds the API; nothing listens yet (see `listen`). */
export async function createApi(given: ApiDeps): Promise<FastifyInstance> {
  const deps: ApiDeps = { ...given, reads: new Map(), writes: new Map() };
  const app = Fastify({
    ...(deps.tls === undefined ? {} : { https: { ...deps.tls, minVersion: "TLSv1.3" as const } }),
    loggerInstance: deps.log as FastifyBaseLogger,
    genReqId: () => newId("evt", deps.clock, deps.random).replace("evt", "req"),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: 256 },
    // One line a request is the access log (below); the two that fastify writes are not needed.
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
  }) as unknown as FastifyInstance;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerProblem);
  const web_console = await serveConsole(app, deps.random);
  app.setNotFoundHandler(
    (request, reply) =>
      web_console.answerPage(request, reply) ??
      answerProblem(apiError("API_ROUTE_NOT_FOUND", `there is no ${request.method} ${request.url}`), request, reply),
  );
  // Nothing that these four fields hold is ever struck out, and looking for it takes longer than all else of a line.
  const access = deps.log.child({}, { redact: [] });
  app.addHook("onResponse", async (request, reply) => {
    const fields = { reqId: request.id, method: request.method, path: pathOf(request), status: reply.statusCode };
    access.info({ ...fields, duration_ms: Math.round(reply.elapsedTime) }, "request");
  });
  const process_metrics = measureRequests(app, deps);
  app.addHook("onSend", async (request, reply) => {
    reply.header("x-request-id", request.id);
    // The console's files say for themselves how long they keep.
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    reply.header("x-content-type-options", "nosniff");
  });
  await app.register(rateLimit, {
    max: deps.limits?.requests_per_minute ?? REQUESTS_PER_MINUTE,
    timeWindow: "1 minute",
    // A caller is its token or session; whoever sends none shares the address's share.
    keyGenerator: (request) =>
      request.headers.authorization ?? request.cookies?.[SESSION_COOKIE] ?? request.ip ?? "socket",
    errorResponseBuilder: (_request, context) =>
      apiError("API_RATE_LIMITED", `more than ${context.max} requests in a minute`, { retry_after: context.after }),
  });
  await prepareAuth(app);
  auditTheRest(app, deps);
  await serveOpenApi(app, deps.version);
  addHealth(app, deps);
  addSessionRoutes(app, deps);
  await addBucketEvents(app, deps);
  await app.register(async (v1) => {
    requireCaller(v1, deps);
    addMeRoute(v1, deps);
    addAllRoutes(v1, deps);
    addEventStreams(v1, deps);
    addMetricsRoute(v1, deps, process_metrics);
  });
  await app.ready();
  return app;
}

function addHealth(app: FastifyInstance, deps: ApiDeps): void {
  app.get(
    "/healthz",
    {
      schema: {
        operationId: "health",
        tags: ["server"],
        summary: "Is the server up, and does its database answer?",
        security: [],
        response: { 200: z.object({ status: z.literal("ok"), version: z.string() }) },
      },
    },
    async () => {
      await deps.db.selectFrom("settings").select("key").limit(1).execute();
      return { status: "ok" as const, version: deps.version };
    },
  );
}
