/**
 * api: the HTTP surface of the server.
 * Nouns: route (schema + permission + call), problem, idempotency key, page, event stream.
 * Invariants: every route under /v1 needs a token that allows its scope; a mutation is one transaction together with
 * its kept answer, and a dry run is the same one rolled back; unknown fields are refused; every error is a problem.
 */
export { createApi } from "./app.ts";
export type { ApiDeps, ApiLimits } from "./deps.ts";
export { type Listening, type ListenOptions, listen } from "./listen.ts";
