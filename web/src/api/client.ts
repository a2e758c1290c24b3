import createClient from "openapi-fetch";
import type { paths } from "../../../src/apps/cli/generated/api-types.ts";
import { noteSignedOut, sessionNow } from "../app/session.ts";

/** The one way to the server: typed by its own OpenAPI document, the same types the command line uses. */
export const api = createClient<paths>({ baseUrl: window.location.origin });

api.use({
  onRequest({ request }) {
    const session = sessionNow();
    // The cookie comes by itself; what changes something also needs what only our own page knows.
    if (session.status === "in" && request.method !== "GET") request.headers.set("x-csrf-token", session.csrf_token);
    return request;
  },
  onResponse({ response }) {
    if (response.status === 401) noteSignedOut("expired");
    return undefined;
  },
});

/** What went wrong, as the server tells it (RFC 9457 problem details). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly fix: string;
  readonly retryable: boolean;
  readonly request_id: string | null;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(status: number, body: unknown) {
    const given = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
    const text = (name: string) => (typeof given[name] === "string" ? given[name] : "");
    super(text("detail") || `The server answered ${status} without saying why.`);
    this.status = status;
    this.code = text("code") || "UNKNOWN";
    this.fix = text("fix");
    this.retryable = given["retryable"] === true;
    this.request_id = text("instance") || null;
    this.context = (given["context"] ?? {}) as Record<string, unknown>;
  }
}

/** The data of an answer. @throws Problem */
export async function take<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer: Awaited<typeof call>;
  try {
    answer = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem(0, {
      code: "SERVER_UNREACHABLE",
      detail: "The server does not answer.",
      fix: "Is it running (baas up)? The page tries again by itself.",
      retryable: true,
    });
  }
  if (answer.data === undefined) throw new Problem(answer.response.status, answer.error);
  return answer.data;
}

/** A new key for a POST, so that a repeated click or a lost answer does not do it twice. */
export function newKey(): { readonly "idempotency-key": string } {
  return { "idempotency-key": crypto.randomUUID() };
}
