import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { getJob } from "../../control/jobs/index.ts";
import type { Event } from "../../model/index.ts";
import { readEvents } from "../../platform/db/index.ts";
import type { Channel } from "../../platform/queue/index.ts";
import { eventsHeadersSchema, eventsQuerySchema, idParamsSchema, type JobProgressEvent } from "../../protocol/index.ts";
import type { ApiDeps } from "./deps.ts";
import { apiError } from "./errors.ts";
import { withinReach } from "./reach.ts";
import { openStream, type SseStream } from "./sse.ts";

const STREAMS_MAX = 200;
const EVENTS_PER_READ = 200;
/** Wake-ups ring; this is for those that get lost, and for events held back by a transaction still open. */
const POLL_MS = 1000;
const HEARTBEAT_MS = 15_000;

/** `/v1/events` and `/v1/jobs/{id}/events` as server-sent events, in order, to be resumed by Last-Event-ID. */
export function addEventStreams(app: FastifyInstance, deps: ApiDeps): void {
  const streams_max = deps.limits?.event_streams_max ?? STREAMS_MAX;
  const open = new Set<AbortController>();
  app.addHook("preClose", async () => {
    for (const stopping of open) stopping.abort();
  });

  const start = async (
    request: FastifyRequest,
    reply: FastifyReply,
    work: (stream: SseStream, signal: AbortSignal) => Promise<void>,
  ): Promise<void> => {
    if (open.size >= streams_max)
      throw apiError("API_STREAMS_EXHAUSTED", `${streams_max} event streams are open already`);
    const stopping = new AbortController();
    open.add(stopping);
    const stream = openStream(request, reply, stopping, deps.clock);
    try {
      await work(stream, stopping.signal);
    } catch (error) {
      // The answer has begun: all that can be told the reader is that it ended. The log knows why.
      if (!stopping.signal.aborted) request.log.error({ error }, "event stream failed");
    } finally {
      open.delete(stopping);
      stream.end();
    }
  };

  app.route({
    method: "GET",
    url: "/v1/events",
    config: { scope: "events:read" },
    schema: {
      operationId: "stream_events",
      tags: ["events"],
      summary: "Everything that happens, as server-sent events (CloudEvents in `data`), without end",
      security: [{ token: [] }, { session: [] }],
      querystring: eventsQuerySchema,
      headers: eventsHeadersSchema,
      produces: ["text/event-stream"],
      response: { 200: z.string().describe("text/event-stream; `id` is the sequence number") },
    },
    handler: async (request, reply) => {
      const query = request.query as z.output<typeof eventsQuerySchema>;
      let after = startAfter(request) ?? query.after ?? (await newestSequence(deps));
      await start(request, reply, async (stream, signal) => {
        const bell = ringer(deps, ["holdfast_events"], signal);
        try {
          for (let sent_ms = deps.clock.monotonic_ms(); !signal.aborted; ) {
            const options = query.subject === undefined ? {} : { subject: query.subject };
            const wanted = { after_sequence: after, limit: EVENTS_PER_READ, ...options };
            const events = await withinReach(deps.readers, request, (db) => readEvents(db, wanted));
            for (const event of events) await stream.send(sseOf(event));
            after = Number(events.at(-1)?.sequence ?? after);
            const now_ms = deps.clock.monotonic_ms();
            if (events.length > 0) sent_ms = now_ms;
            else if (now_ms - sent_ms >= HEARTBEAT_MS) {
              await stream.comment("alive");
              sent_ms = now_ms;
            }
            if (events.length < EVENTS_PER_READ) await bell.wait();
          }
        } finally {
          bell.stop();
        }
      });
      return reply;
    },
  });

  app.route({
    method: "GET",
    url: "/v1/jobs/:id/events",
    config: { scope: "jobs:read" },
    schema: {
      operationId: "stream_job_events",
      tags: ["jobs"],
      summary: "One job's events and progress as server-sent events, up to its end",
      description:
        "`progress` events carry no id: state, and bytes, files, rate and time left. Ends with an `end` event that holds the job.",
      security: [{ token: [] }, { session: [] }],
      params: idParamsSchema,
      querystring: z.strictObject({}),
      headers: eventsHeadersSchema,
      produces: ["text/event-stream"],
      response: { 200: z.string().describe("text/event-stream") },
    },
    handler: async (request, reply) => {
      const { id } = request.params as z.output<typeof idParamsSchema>;
      await withinReach(deps.readers, request, (db) => getJob(db, id));
      let after = startAfter(request) ?? 0;
      await start(request, reply, async (stream, signal) => {
        const bell = ringer(deps, ["holdfast_jobs", "holdfast_events"], signal, id);
        try {
          let shown = "";
          for (let sent_ms = deps.clock.monotonic_ms(); !signal.aborted; ) {
            // The job first: what its row says has happened, so its events are there by the time it reads final.
            const wanted = { after_sequence: after, limit: EVENTS_PER_READ, subject: id };
            const { job, events } = await withinReach(deps.readers, request, async (db) => ({
              job: await getJob(db, id),
              events: await readEvents(db, wanted),
            }));
            for (const event of events) await stream.send(sseOf(event));
            after = Number(events.at(-1)?.sequence ?? after);
            const view: JobProgressEvent = {
              job_id: id,
              state: job.state,
              attempt: job.attempt,
              progress: job.progress,
            };
            const text = JSON.stringify(view);
            const now_ms = deps.clock.monotonic_ms();
            if (text !== shown || events.length > 0) {
              if (text !== shown) await stream.send({ event: "progress", data: text });
              shown = text;
              sent_ms = now_ms;
            } else if (now_ms - sent_ms >= HEARTBEAT_MS) {
              await stream.comment("alive");
              sent_ms = now_ms;
            }
            if (job.finished_at !== null && events.length === 0) {
              await stream.send({ event: "end", data: JSON.stringify(job) });
              return;
            }
            if (events.length === 0) await bell.wait();
          }
        } finally {
          bell.stop();
        }
      });
      return reply;
    },
  });
}

function startAfter(request: FastifyRequest): number | undefined {
  const last = request.headers["last-event-id"];
  return typeof last === "string" ? Number(last) : undefined;
}

function sseOf(event: Event) {
  return { id: event.sequence, event: event.type, data: JSON.stringify(event) };
}

async function newestSequence(deps: ApiDeps): Promise<number> {
  const row = await deps.db
    .selectFrom("events")
    .select((select) => select.fn.max("sequence").as("newest"))
    .executeTakeFirst();
  return Number(row?.newest ?? 0);
}

/** Waits for a wake-up on one of the channels, for at most {@link POLL_MS}. */
function ringer(deps: ApiDeps, channels: readonly Channel[], signal: AbortSignal, only_payload?: string) {
  let ring = new AbortController();
  const onAbort = () => ring.abort();
  const unsubscribe = channels.map((channel) =>
    deps.wakeups.subscribe(channel, (payload) => {
      const mine =
        only_payload === undefined || channel !== "holdfast_jobs" || payload === "" || payload === only_payload;
      if (mine) ring.abort();
    }),
  );
  signal.addEventListener("abort", onAbort);
  return {
    async wait(): Promise<void> {
      try {
        await deps.clock.sleep(POLL_MS, ring.signal);
      } catch (error) {
        if (!ring.signal.aborted) throw error;
      }
      ring = new AbortController();
    },
    stop(): void {
      for (const stop of unsubscribe) stop();
      signal.removeEventListener("abort", onAbort);
    },
  };
}
