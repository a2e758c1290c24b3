import type * as OpenTelemetry from "@opentelemetry/api";
import type { Context, Span as OtelSpan, Tracer as OtelTracer } from "@opentelemetry/api";
import type { Clock } from "../../base/index.ts";
import type { Logger } from "../log/index.ts";
import type { Attributes, Span, Tracer } from "./tracer.ts";

export interface TracingSettings {
  /** Where spans are posted to, e.g. `http://127.0.0.1:4318/v1/traces`. */
  readonly endpoint: string;
  /** `service.instance.id`. */
  readonly instance: string;
}

const CLOSE_MS = 5_000;

/**
 * The libraries are loaded here, with the first collector that is configured. Headers, compression, certificates,
 * sampling, the resource's attributes and the queue (by default 2,048 spans, sent every 5 seconds) follow
 * OpenTelemetry's own variables, which the libraries read: `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_BSP_MAX_QUEUE_SIZE` …
 */
export async function openTracer(
  { endpoint, instance }: TracingSettings,
  { log, clock }: { readonly log: Logger; readonly clock: Clock },
): Promise<Tracer> {
  const [api, sdk, resources, exporter] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace-base"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-proto"),
  ]);
  const told = resources.detectResources({ detectors: [resources.envDetector] });
  const own = resources.resourceFromAttributes({
    "service.name": "holdfast",
    "service.instance.id": instance,
  });
  const provider = new sdk.BasicTracerProvider({
    resource: own.merge(told),
    spanProcessors: [new sdk.BatchSpanProcessor(new exporter.OTLPTraceExporter({ url: endpoint }))],
  });
  // A collector that is away is a matter for the log, and for nothing else.
  api.diag.setLogger(
    {
      error: (message) => log.warn({ detail: message.slice(0, 300) }, "traces could not be sent"),
      warn: (message) => log.warn({ detail: message.slice(0, 300) }, "traces"),
      info: () => undefined,
      debug: () => undefined,
      verbose: () => undefined,
    },
    { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const tracer = provider.getTracer("holdfast");
  const within = (parent: Context) => beginner(tracer, parent, api);
  return {
    begin: (name, attributes) => within(api.ROOT_CONTEXT)(name, attributes),
    async close() {
      const ended = new AbortController();
      const limit = clock.sleep(CLOSE_MS, ended.signal).catch(() => undefined); // ended in time
      const sent = provider.shutdown().catch((error: unknown) => log.warn({ error }, "the last traces were not sent"));
      await Promise.race([sent, limit]);
      ended.abort();
    },
  };
}

type Api = typeof OpenTelemetry;

function beginner(tracer: OtelTracer, parent: Context, api: Api) {
  return (name: string, attributes: Attributes = {}): Span => {
    const span = tracer.startSpan(name, { attributes: { ...attributes } }, parent);
    const inner = beginner(tracer, api.trace.setSpan(parent, span), api);
    return {
      begin: inner,
      note: (more) => void span.setAttributes({ ...more }),
      end: (failure) => end(span, failure, api),
    };
  };
}

function end(span: OtelSpan, failure: Parameters<Span["end"]>[0], api: Api): void {
  if (!span.isRecording()) return;
  if (failure !== undefined) {
    span.setAttribute("error.type", failure.code);
    span.setStatus({ code: api.SpanStatusCode.ERROR, message: failure.code });
  }
  span.end();
}
