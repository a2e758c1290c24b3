import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";
import {
  askForEvents,
  bucketsError,
  getBucketWorkload,
  listBucketStreams,
  makeEventsAddress,
  takeEvents,
} from "../../../control/buckets/index.ts";
import {
  bucketEventsRequestSchema,
  bucketEventsSchema,
  bucketEventsTakenSchema,
  bucketStreamsSchema,
  idParamsSchema,
  problemSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { toWire } from "../listing.ts";
import { addRead, addWrite } from "../route.ts";

export function addBucketRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addRead(app, deps, {
    tag: "replication",
    url: "/v1/bucket-streams",
    operation_id: "find_bucket_streams",
    summary: "How buckets that are replicated, or watched between their backups, stand: lag, backlog, failures",
    scope: "workloads:read",
    response: bucketStreamsSchema,
    run: async ({ db }) => toWire({ items: await listBucketStreams(db, deps.clock.now_ms()) }),
  });
  addWrite(app, deps, {
    method: "POST",
    tag: "replication",
    url: "/v1/workloads/:id/bucket-events",
    operation_id: "make_bucket_events_address",
    summary: "Make the address that a bucket's service sends its events to; an earlier one ends",
    scope: "workloads:write",
    status: 200,
    params: idParamsSchema,
    body: bucketEventsRequestSchema,
    response: bucketEventsSchema,
    secret_fields: ["url"],
    run: async ({ db, params, body, base_url, dry_run }) => {
      const workload = await getBucketWorkload(db, params.id);
      const secret = await makeEventsAddress(db, workload, deps);
      const url = `${(body.base_url ?? base_url).replace(/\/+$/, "")}/bucket-events/${secret}`;
      if (!body.register || dry_run) return { url, topic: null };
      return { url, ...(await askForEvents(workload, url, deps)) };
    },
  });
}

/** As the largest messages of services: hundreds of records. */
const EVENTS_BYTES_MAX = 4 * 1024 * 1024;
const MESSAGES_PER_MINUTE = 60_000;

/** Services sign in with nothing but the address. What comes is a hint, and no more is believed. */
export async function addBucketEvents(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  await app.register(async (scoped) => {
    // SNS sends JSON as text.
    scoped.removeAllContentTypeParsers();
    scoped.addContentTypeParser("*", { parseAs: "string", bodyLimit: EVENTS_BYTES_MAX }, (_request, body, done) =>
      done(null, body),
    );
    scoped.route({
      method: "POST",
      url: "/bucket-events/:secret",
      config: {
        rateLimit: {
          max: MESSAGES_PER_MINUTE,
          timeWindow: "1 minute",
          keyGenerator: (request: FastifyRequest) => `bucket events ${request.ip ?? "socket"}`,
        },
      },
      bodyLimit: EVENTS_BYTES_MAX,
      schema: {
        tags: ["replication"],
        security: [],
        operationId: "take_bucket_events",
        summary: "What a bucket's service says has happened to it, in the form of Amazon's S3",
        params: z.strictObject({ secret: z.string().min(16).max(64) }),
        response: { 200: bucketEventsTakenSchema, "4xx": problemSchema, "5xx": problemSchema },
      },
      handler: async (request) => {
        const { secret } = request.params as { readonly secret: string };
        return { keys: await takeEvents(deps.db, secret, parsed(request.body), deps.clock) };
      },
    });
  });
}

function parsed(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch (error) {
    throw bucketsError("BUCKET_EVENTS_UNREADABLE", "the message is no JSON", {}, error);
  }
}
