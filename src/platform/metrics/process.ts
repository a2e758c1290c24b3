import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What this process measures of itself. */
export interface ProcessMetrics {
  /** `path` as the route declares it: what a caller makes up never becomes a label. */
  request(method: string, path: string | undefined, status: number, seconds: number): void;
  /** A pass of the schedule. */
  tick(seconds: number, now_ms: number): void;
  exposition(): Promise<string>;
}

const REQUEST_BUCKETS_S = [0.005, 0.025, 0.1, 0.15, 0.5, 1, 5, 30];
const TICK_BUCKETS_S = [0.1, 0.5, 1, 5, 15, 60];

/** With `node` also what Node.js tells of memory, garbage collection and the event loop. */
export function createProcessMetrics(options: { readonly node: boolean }): ProcessMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.node) collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "baas_http_request_duration_seconds",
    help: "Time from a request's arrival to its answer's end, by noun of the API and class of status",
    labelNames: ["method", "noun", "status"],
    buckets: REQUEST_BUCKETS_S,
    registers,
  });
  const ticks = new Histogram({
    name: "baas_scheduler_pass_duration_seconds",
    help: "Time that a pass of the schedule took",
    buckets: TICK_BUCKETS_S,
    registers,
  });
  const last = new Gauge({
    name: "baas_scheduler_last_pass_timestamp_seconds",
    help: "When the last pass of the schedule ended well, as Unix time",
    registers,
  });
  return {
    request(method, path, status, seconds) {
      requests.observe({ method, noun: nounOf(path), status: `${Math.floor(status / 100)}xx` }, seconds);
    },
    tick(seconds, now_ms) {
      ticks.observe(seconds);
      last.set(Math.round(now_ms / 1000));
    },
    exposition: () => registry.metrics(),
  };
}

/** `/v1/backups/:id` → `backups`: as many values as the API has nouns. */
function nounOf(path: string | undefined): string {
  const [, version, noun] = (path ?? "").split("/");
  if (version === "v1") return noun ?? "other";
  return path === "/metrics" || path === "/healthz" ? path.slice(1) : "other";
}
