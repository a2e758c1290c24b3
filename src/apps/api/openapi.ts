import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { SESSION_COOKIE } from "./auth.ts";

const DESCRIPTION = [
  "The contract of Holdfast's server.",
  "Errors are problem details (RFC 9457) with a stable `code`, `retryable` and a `fix`.",
  "Lists come in pages: pass `next_page_token` on as `page_token`.",
  "A POST with an `Idempotency-Key` may be repeated safely for 24 hours.",
  "Edits take `If-Match` with the revision that was read. Every mutation takes `dry_run=true`.",
  "Long work answers 202 with a job.",
].join("\n\n");

/** OpenAPI 3.1 of all routes at /openapi.json. Must be registered before them. */
export async function serveOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Holdfast",
        version,
        description: DESCRIPTION,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer" },
          /** With `x-csrf-token` for everything but GET. */
          session: { type: "apiKey", in: "cookie", name: SESSION_COOKIE },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  app.get("/openapi.json", { schema: { hide: true } as object }, async () => app.swagger());
}
