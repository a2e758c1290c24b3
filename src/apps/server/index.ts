/**
 * server: the composition root. Nouns: part, data folder layout, first start, failpoint.
 * Invariants: one server per data folder, held by a lock that dies with it; what starts in order stops in reverse; keys
 * are kept by another process in another folder; a job that runs when the server stops or dies is taken up by the next.
 */
export { engine } from "./engine.ts";
export { serverError } from "./errors.ts";
export { startScheduler } from "./scheduler.ts";
export type { DefaultRegion } from "./first-start.ts";
export { type Layout, layoutOf } from "./layout.ts";
export {
  failpointNames,
  type Mounted,
  type RunningServer,
  type ServerParts,
  startServer,
  type StartServerOptions,
} from "./server.ts";
export { startWorker } from "./worker.ts";
