import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../../base/index.ts";

/** A reader that takes nothing for this long is gone, or as good as. */
const DRAIN_TIMEOUT_MS = 30_000;

export interface SseMessage {
  readonly id?: string;
  readonly event: string;
  /** One line: JSON. */
  readonly data: string;
}

export interface SseStream {
  /** Resolves when the reader keeps up; aborts the stream when it does not. */
  send(message: SseMessage): Promise<void>;
  comment(text: string): Promise<void>;
  end(): void;
}

/** Turns an answer into a stream of server-sent events. `stopping` aborts when the reader leaves. */
export function openStream(
  request: FastifyRequest,
  reply: FastifyReply,
  stopping: AbortController,
  clock: Clock,
): SseStream {
  reply.hijack();
  const out = reply.raw;
  out.on("close", () => stopping.abort());
  out.on("error", () => stopping.abort());
  out.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-request-id": request.id,
    // Proxies that buffer would turn a stream of progress into one lump at the end.
    "x-accel-buffering": "no",
  });
  out.flushHeaders();

  const write = async (text: string): Promise<void> => {
    if (stopping.signal.aborted || out.write(text)) return;
    const drained = new AbortController();
    const onDrain = () => drained.abort();
    out.once("drain", onDrain);
    stopping.signal.addEventListener("abort", onDrain);
    try {
      await clock.sleep(DRAIN_TIMEOUT_MS, drained.signal);
      stopping.abort();
    } catch (error) {
      if (!drained.signal.aborted) throw error;
    } finally {
      out.off("drain", onDrain);
      stopping.signal.removeEventListener("abort", onDrain);
    }
  };

  return {
    send: ({ id, event, data }) => write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`),
    comment: (text) => write(`: ${text}\n\n`),
    end: () => out.end(),
  };
}
