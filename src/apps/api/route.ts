import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { HoldfastError } from "../../base/index.ts";
import type { Principal } from "../../control/access/index.ts";
import { type Db, type Tx, withTransaction } from "../../platform/db/index.ts";
import {
  editHeadersSchema,
  idempotencyHeadersSchema,
  listQuerySchema,
  mutationQuerySchema,
  problemSchema,
} from "../../protocol/index.ts";
import { putAside } from "./approval.ts";
import { recordDone } from "./audit.ts";
import { principalOf } from "./auth.ts";
import { inScope, withinReach } from "./reach.ts";
import type { ApiDeps, KeptRead, KeptWrite } from "./deps.ts";
import { type Answer, claimKey, keepAnswer, type KeyedRequest } from "./idempotency.ts";

/** What every route declares. */
interface RouteBase<P extends z.ZodType, R extends z.ZodType> {
  readonly url: string;
  /** Stable: generated clients name their functions after it. */
  readonly operation_id: string;
  readonly tag: string;
  readonly summary: string;
  /** What the caller must be allowed, e.g. `backups:read`. */
  readonly scope: string;
  /** A lesser permission that suffices; `run` checks what it lacks. */
  readonly lesser_scope?: string;
  /** About the installation as a whole: a permission in some project is not enough. */
  readonly organisation?: boolean;
  /** Reads data out of a backup: the audit log tells of it. */
  readonly audited?: boolean;
  readonly params?: P;
  readonly response: R;
}

export interface ReadRoute<P extends z.ZodType, Q extends z.ZodType, R extends z.ZodType> extends RouteBase<P, R> {
  readonly query?: Q;
  run(call: ReadCall<z.output<P>, z.output<Q>>): Promise<z.input<R>>;
}

export interface ReadCall<P, Q> {
  /** Sees what the caller may see, and nothing else. */
  readonly db: Db;
  readonly params: P;
  readonly query: Q;
  readonly principal: Principal;
}

export interface WriteRoute<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType> extends RouteBase<P, R> {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly status: 200 | 201 | 202;
  readonly body?: B;
  /** Members of the answer that are shown once: null when a repeated request gets the kept answer. */
  readonly secret_fields?: readonly string[];
  /** Does it, in one transaction with everything else the request changes. A dry run rolls it back. */
  run(call: WriteCall<z.output<P>, z.output<B>>): Promise<z.input<R>>;
  /** Where a dry run has more to say than the answer itself: the plan. */
  readonly plan?: {
    readonly response: z.ZodType;
    run(call: WriteCall<z.output<P>, z.output<B>>): Promise<unknown>;
  };
}

export interface WriteCall<P, B> {
  /** Sees and changes what the caller may, and nothing else. */
  readonly db: Tx;
  readonly params: P;
  readonly body: B;
  readonly principal: Principal;
  /** What is changed outside the database must be left alone. */
  readonly dry_run: boolean;
  /** From If-Match. */
  readonly revision: number | undefined;
  /** Where the caller reached this server, e.g. `https://backup.example.com`. */
  readonly base_url: string;
}

/** Longer than a database lock is waited for, so that its own error is told and not this one. */
const HANDLER_TIMEOUT_MS = 60_000;

const problems = { "4xx": problemSchema, "5xx": problemSchema };

/** GET: schema, permission, call. */
export function addRead<P extends z.ZodType, Q extends z.ZodType, R extends z.ZodType>(
  app: FastifyInstance,
  deps: ApiDeps,
  route: ReadRoute<P, Q, R>,
): void {
  deps.reads?.set(route.url, route as unknown as KeptRead);
  app.route({
    method: "GET",
    url: route.url,
    config: configOf(route),
    handlerTimeout: HANDLER_TIMEOUT_MS,
    schema: {
      ...documentation(route),
      ...(route.params === undefined ? {} : { params: route.params }),
      // Without a query of its own a route refuses every query parameter.
      querystring: route.query ?? z.strictObject({}),
      response: { 200: route.response, ...problems },
    },
    handler: async (request) =>
      withinReach(deps.readers, request, (db) =>
        route.run({
          db,
          params: request.params as z.output<P>,
          query: request.query as z.output<Q>,
          principal: principalOf(request),
        }),
      ),
  });
}

/** GET of a list: with page, filter and order. */
export function addList<R extends z.ZodType>(
  app: FastifyInstance,
  deps: ApiDeps,
  route: Omit<ReadRoute<z.ZodType, typeof listQuerySchema, R>, "params" | "query">,
): void {
  addRead(app, deps, { ...route, query: listQuerySchema });
}

/** POST, PATCH, DELETE: schema, permission, call; with dry run, idempotency and revision. */
export function addWrite<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  app: FastifyInstance,
  deps: ApiDeps,
  route: WriteRoute<P, B, R>,
): void {
  deps.writes?.set(route.operation_id, route as unknown as KeptWrite);
  const planned = route.plan === undefined ? {} : { 200: route.plan.response };
  app.route({
    method: route.method,
    url: route.url,
    config: configOf(route),
    handlerTimeout: HANDLER_TIMEOUT_MS,
    schema: {
      ...documentation(route),
      ...(route.params === undefined ? {} : { params: route.params }),
      ...(route.body === undefined ? {} : { body: route.body }),
      headers: route.method === "POST" ? idempotencyHeadersSchema : editHeadersSchema,
      querystring: mutationQuerySchema,
      response: { ...planned, [route.status]: route.response, ...problems },
    },
    handler: async (request, reply) => {
      const { status, body } = await perform(deps, route, request, reply);
      return reply.code(status).send(body);
    },
  });
}

/** What the configuration says, else the name that the caller asked for. */
export function baseUrlOf(request: FastifyRequest, deps: Pick<ApiDeps, "public_url">): string {
  return deps.public_url ?? `${request.protocol}://${request.host}`;
}

function documentation(route: RouteBase<z.ZodType, z.ZodType>) {
  return {
    operationId: route.operation_id,
    tags: [route.tag],
    summary: route.summary,
    description: needs(route),
    security: [{ token: [] }, { session: [] }],
  };
}

function needs({ scope, lesser_scope, organisation }: RouteBase<z.ZodType, z.ZodType>): string {
  const or = lesser_scope === undefined ? "" : ` or, with less, \`${lesser_scope}\``;
  return `Needs the permission \`${scope}\`${or}${organisation === true ? " for the whole organisation" : ""}.`;
}

function configOf({ scope, lesser_scope, organisation, audited }: RouteBase<z.ZodType, z.ZodType>) {
  return {
    scope,
    ...(audited === undefined ? {} : { audited }),
    ...(lesser_scope === undefined ? {} : { lesser_scope }),
    ...(organisation === undefined ? {} : { organisation }),
  };
}

/** Carries a dry run's answer past the rollback. */
class DryRun extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super("dry run");
    this.answer = answer;
  }
}

async function perform<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  deps: ApiDeps,
  route: WriteRoute<P, B, R>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Answer> {
  const { dry_run } = request.query as z.output<typeof mutationQuerySchema>;
  const keyed = dry_run === "true" ? undefined : keyedRequest(request);
  const revision = Number(String(request.headers["if-match"] ?? "").replaceAll('"', "")) || undefined;
  const params = request.params as z.output<P>;
  const requestBody = request.body as z.output<B>;
  try {
    return await withTransaction(deps.db, async (tx): Promise<Answer> => {
      const call = {
        db: tx,
        params,
        body: requestBody,
        principal: principalOf(request),
        revision,
        dry_run: dry_run === "true",
        base_url: baseUrlOf(request, deps),
      };
      if (dry_run === "true") {
        const status = route.plan === undefined ? route.status : 200;
        const body = await inScope(tx, request, async () => (await (route.plan ?? route).run(call)) as object);
        throw new DryRun({ status, body });
      }
      const kept = keyed === undefined ? undefined : await claimKey(tx, keyed, deps.clock);
      if (kept !== undefined) {
        reply.header("idempotency-replayed", "true");
        return kept;
      }
      const aside = await inScope(tx, request, () => putAside(tx, route, request, reply, deps));
      if (aside !== undefined) {
        const pending = { outcome: "PENDING_APPROVAL", status: 202, before: null, after: aside } as const;
        await recordDone(tx, request, { action: route.operation_id, ...pending }, deps);
        if (keyed !== undefined) await keepAnswer(tx, keyed, { status: 202, body: aside });
        return { status: 202, body: aside };
      }
      const [before, body] = await inScope(tx, request, async () => [
        await stateBefore(deps, route, call),
        (await route.run(call)) as object,
      ]);
      const answer = { status: route.status, body };
      const after = withoutSecrets(body, route.secret_fields);
      const done = { action: route.operation_id, outcome: "DONE", status: route.status, before, after } as const;
      await recordDone(tx, request, done, deps);
      if (keyed !== undefined)
        await keepAnswer(tx, keyed, { ...answer, body: withoutSecrets(body, route.secret_fields) });
      return answer;
    });
  } catch (error) {
    if (!(error instanceof DryRun)) throw error;
    reply.header("dry-run", "true");
    return error.answer;
  }
}

/** What an edit or a deletion is about to change: the answer that GET gives at the same address. */
async function stateBefore(
  deps: ApiDeps,
  route: { readonly method: string; readonly url: string },
  call: { readonly db: Tx; readonly params: unknown; readonly principal: Principal },
): Promise<unknown> {
  const read = route.method === "POST" ? undefined : deps.reads?.get(route.url);
  if (read === undefined) return null;
  try {
    return await read.run({ db: call.db, params: call.params, query: {}, principal: call.principal });
  } catch (error) {
    if (error instanceof HoldfastError) return null; // the operation itself will say that it is not there
    throw error;
  }
}

function withoutSecrets(body: object, fields: readonly string[] = []): object {
  return fields.length === 0 ? body : { ...body, ...Object.fromEntries(fields.map((field) => [field, null])) };
}

function keyedRequest(request: FastifyRequest): KeyedRequest | undefined {
  const key = request.headers["idempotency-key"];
  if (request.method !== "POST" || typeof key !== "string") return undefined;
  const path = request.url.split("?")[0] ?? request.url;
  return { token_id: principalOf(request).token_id, key, method: request.method, path, body: request.body };
}
