import { errorCatalogue } from "../../base/index.ts";

/** Errors of the HTTP surface itself; everything else comes from the room that was called. */
export const apiError = errorCatalogue({
  API_ROUTE_NOT_FOUND: { fault: "user", retry: "never", guidance: "The routes are in /openapi.json.", http: 404 },
  API_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "List the objects of this kind to see their ids.",
    http: 404,
  },
  API_REQUEST_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Correct the fields that `context.problems` names; the contract is in /openapi.json.",
    http: 400,
  },
  API_FILTER_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Write terms such as `state=AVAILABLE,created_at<2026-05-11T00:00:00Z` with the fields that are named.",
    http: 400,
  },
  API_RANGE: { fault: "user", retry: "never", guidance: "Ask for bytes that the file has.", http: 416 },
  API_PAGE_TOKEN_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Ask for the first page again, then pass on `next_page_token` with the same filter and order.",
    http: 400,
  },
  API_TOKEN_MISSING: {
    fault: "user",
    retry: "never",
    guidance: "Send the header `Authorization: Bearer TOKEN`. The admin token was printed at the server's first start.",
    http: 401,
  },
  API_NO_PASSKEYS: {
    fault: "user",
    retry: "never",
    guidance:
      "Open the console by its host name, and set `listen.public_url` to it if the server does not see that name.",
    http: 400,
  },
  API_CSRF: {
    fault: "user",
    retry: "never",
    guidance: "Send the session's `csrf_token` (GET /v1/session shows it) in the header x-csrf-token.",
    http: 403,
  },
  API_SIGN_IN_ELSEWHERE: { fault: "user", retry: "never", guidance: "Begin to sign in again.", http: 400 },
  API_FORBIDDEN: {
    fault: "user",
    retry: "never",
    guidance: "Use a token that has the permission named, or ask an administrator: `baas access grant`.",
    http: 403,
  },
  API_IDEMPOTENCY_KEY_REUSED: {
    fault: "user",
    retry: "never",
    guidance: "Send a new Idempotency-Key with a new request; keep the key only to repeat the same one.",
    http: 409,
  },
  API_BUSY: {
    fault: "operational",
    retry: "soon",
    guidance: "A request like this one is still being worked on. Repeat it in a moment.",
    http: 409,
  },
  API_BODY_TOO_LARGE: { fault: "user", retry: "never", guidance: "Send less; a body may have 1 MiB.", http: 413 },
  API_MEDIA_TYPE: { fault: "user", retry: "never", guidance: "Send `Content-Type: application/json`.", http: 415 },
  API_RATE_LIMITED: {
    fault: "user",
    retry: "soon",
    guidance: "Wait for the seconds in Retry-After, and send fewer requests at once.",
    http: 429,
  },
  API_STREAMS_EXHAUSTED: {
    fault: "operational",
    retry: "soon",
    guidance: "Close event streams that nobody reads, then open this one again.",
    http: 503,
  },
  API_TIMEOUT: {
    fault: "operational",
    retry: "soon",
    guidance: "The server was too busy to answer in time. Repeat the request with the same Idempotency-Key.",
    http: 503,
  },
});
