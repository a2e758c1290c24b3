import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Random } from "../../base/index.ts";

/** In a package the console lies beside the command; in the sources where its build puts it. */
const PLACES = ["./console/", "../../../web/dist/"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
const NONCE_PLACE = "__STYLE_NONCE__";
const NONCE_BYTES = 16;
/** The build puts a hash into each asset's name: what has a name never changes. */
const ASSET_MAX_AGE = "365d";

/**
 * What the page may do: its own scripts and nothing inline, its own server and no other. Styles that are made at run
 * time carry the answer's nonce. Attributes of style are set by script through the object model, which is not inline.
 */
function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Holdfast</title>
<h1>The console is not built</h1>
<p>This server runs from its sources, and <code>web/dist</code> is not there. In the source folder, run
<code>npm run build:web</code> (a few seconds), then reload this page.</p>
<p>The API is up all the same: <a href="/openapi.json">/openapi.json</a>, and so is the command line,
<code>baas</code>.</p></html>
`;

/** Where the built console lies; undefined when it is not built. */
function builtConsole(): string | undefined {
  return PLACES.find((dir) => readIndex(dir) !== undefined);
}

function readIndex(dir: string): string | undefined {
  try {
    return readFileSync(join(dir, "index.html"), "utf8");
  } catch {
    return undefined;
  }
}

export interface Console {
  /**
   * Answers a page of the console, or says that this request asks for none: the caller then answers 404. Any path is a
   * page, since the console finds its way by itself.
   */
  answerPage(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined;
}

/** The console's files at `/assets/`, and its page for every path a browser asks for that nothing else answers. */
export async function serveConsole(
  app: FastifyInstance,
  random: Random,
  dir: string | undefined = builtConsole(),
): Promise<Console> {
  if (dir !== undefined) {
    await app.register(fastifyStatic, {
      root: join(dir, "assets"),
      prefix: "/assets/",
      index: false,
      immutable: true,
      maxAge: ASSET_MAX_AGE,
      decorateReply: false,
      schemaHide: true,
    });
    const icon = readFileSync(join(dir, "icon.svg"));
    app.get("/icon.svg", { schema: { hide: true } as object }, (_request, reply) =>
      reply.header("cache-control", "max-age=86400").type("image/svg+xml").send(icon),
    );
  }
  return {
    answerPage(request, reply) {
      const wants_page = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
      if (!wants_page || /^\/(v1|assets)(\/|$|\?)/.test(request.url)) return undefined;
      const page = dir === undefined ? undefined : readIndex(dir);
      const nonce = random.bytes(NONCE_BYTES).toString("base64url");
      reply
        .type("text/html; charset=utf-8")
        .header("content-security-policy", contentPolicy(nonce))
        .header("referrer-policy", "no-referrer")
        .header("cross-origin-opener-policy", "same-origin");
      if (page === undefined) return reply.code(503).send(NOT_BUILT);
      return reply.code(200).send(page.replaceAll(NONCE_PLACE, nonce));
    },
  };
}
