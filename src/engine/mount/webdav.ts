import { createHash, timingSafeEqual } from "node:crypto";
import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecure } from "node:https";
import { finished, Readable } from "node:stream";
import { hasCode, HoldfastError } from "../../base/index.ts";
import { pathBytes, pathText, readStream } from "../browse/index.ts";
import { mountError } from "./errors.ts";
import type { ShownNode, ShownTree } from "./types.ts";
import { multistatus } from "./webdav-xml.ts";

/** What a client may send along with a question; it is not looked at. */
const BODY_BYTES_MAX = 64 * 1024;
const CONNECTIONS_MAX = 64;
const REQUEST_MS = 30_000;
/** Nobody reads for so long: the connection goes. */
const SILENT_MS = 5 * 60_000;

export interface WebDavOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What clients give as password, with any user name. */
  readonly password: string;
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Told of what could not be read; the client gets an error. */
  readonly onError?: (path: string, error: unknown) => void;
}

export interface WebDavServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Shows a tree over WebDAV (RFC 4918, class 1), read-only: folders and files, without links and devices, which WebDAV
 * has none of. @throws WEBDAV_LISTEN_FAILED
 */
export async function serveWebDav(tree: ShownTree, options: WebDavOptions): Promise<WebDavServer> {
  const wanted = digest(options.password);
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    answer(tree, wanted, request, response).catch((error: unknown) => {
      const status = statusOf(error);
      if (status >= 500) options.onError?.(request.url ?? "", error);
      if (response.headersSent) response.destroy();
      else text(response, status, error instanceof Error ? error.message : String(error));
    });
  };
  const limits = { requestTimeout: REQUEST_MS, keepAliveTimeout: 60_000 };
  const server: Server =
    options.tls === undefined ? createPlain(limits, handler) : createSecure({ ...limits, ...options.tls }, handler);
  server.maxConnections = CONNECTIONS_MAX;
  server.setTimeout(SILENT_MS);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(mountError("WEBDAV_LISTEN_FAILED", `${options.host}:${options.port}: ${error.message}`, {}, error)),
    );
    server.listen({ host: options.host, port: options.port }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(tree: ShownTree, wanted: Buffer, request: IncomingMessage, response: ServerResponse) {
  if (!isAllowed(request, wanted)) {
    response.setHeader("www-authenticate", 'Basic realm="backups", charset="UTF-8"');
    return text(response, 401, "a password is needed");
  }
  const method = request.method ?? "";
  if (method === "OPTIONS") {
    response.writeHead(200, { dav: "1", allow: ALLOWED, "ms-author-via": "DAV", "content-length": 0 }).end();
    return;
  }
  if (method !== "GET" && method !== "HEAD" && method !== "PROPFIND") {
    response.setHeader("allow", ALLOWED);
    return text(response, 405, "backups are read-only");
  }
  const path = pathOf(request.url ?? "/");
  const node = await tree.find(path);
  if (node === undefined || !isShown(node)) return text(response, 404, "there is no such file");
  if (method === "PROPFIND") return properties(tree, path, node, request, response);
  if (node.type === "directory") return page(tree, path, method, response);
  return content(tree, path, node, request, response);
}

const ALLOWED = "OPTIONS, GET, HEAD, PROPFIND";

async function properties(
  tree: ShownTree,
  path: Buffer,
  node: ShownNode,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await skipBody(request);
  const depth = request.headers.depth ?? "infinity";
  if (depth !== "0" && depth !== "1") {
    const body = '<?xml version="1.0"?>\n<error xmlns="DAV:"><propfind-finite-depth/></error>\n';
    response.writeHead(403, { "content-type": XML, "content-length": body.length }).end(body);
    return;
  }
  const shown = [{ href: hrefOf(path, node), node, tag: tagOf(path, node) }];
  if (depth === "1" && node.type === "directory") {
    for (const child of await tree.list(path)) {
      if (!isShown(child)) continue;
      const below = path.length === 0 ? child.name : Buffer.concat([path, Buffer.from("/"), child.name]);
      shown.push({ href: hrefOf(below, child), node: child, tag: tagOf(below, child) });
    }
  }
  const body = Buffer.from(multistatus(shown));
  response.writeHead(207, { "content-type": XML, "content-length": body.length }).end(body);
}

const XML = 'application/xml; charset="utf-8"';

/** A folder for whoever comes with a browser. */
async function page(tree: ShownTree, path: Buffer, method: string, response: ServerResponse): Promise<void> {
  const rows = (await tree.list(path)).filter(isShown).map((child) => {
    const below = path.length === 0 ? child.name : Buffer.concat([path, Buffer.from("/"), child.name]);
    const name = escape(pathText(child.name) + (child.type === "directory" ? "/" : ""));
    return `<li><a href="${escape(hrefOf(below, child))}">${name}</a></li>`;
  });
  const title = escape(`/${pathText(path)}`);
  const body = Buffer.from(`<!doctype html><meta charset="utf-8"><title>${title}</title><ul>${rows.join("\n")}</ul>\n`);
  const policy = { "content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff" };
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-length": body.length, ...policy });
  response.end(method === "HEAD" ? undefined : body);
}

async function content(
  tree: ShownTree,
  path: Buffer,
  node: ShownNode,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const tag = tagOf(path, node);
  response.setHeader("etag", tag).setHeader("accept-ranges", "bytes");
  response.setHeader("last-modified", new Date(Number(node.mtime_ns / 1_000_000n)).toUTCString());
  if (request.headers["if-none-match"] === tag) {
    response.writeHead(304).end();
    return;
  }
  const range = rangeOf(request, node.size, tag);
  if (range === null) {
    response.setHeader("content-range", `bytes */${node.size}`);
    return text(response, 416, `the file has ${node.size} bytes`);
  }
  const { start, end } = range ?? { start: 0, end: node.size };
  if (range !== undefined) response.setHeader("content-range", `bytes ${start}-${end - 1}/${node.size}`);
  response.setHeader("content-type", "application/octet-stream").setHeader("x-content-type-options", "nosniff");
  response.setHeader("content-length", end - start);
  response.statusCode = range === undefined ? 200 : 206;
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const file = await tree.open(path, node);
  const bytes = readStream({ size: node.size, read: (at, length) => file.read(at, length) }, start, end);
  const first = await bytes.next(); // while an error can still be told
  if (first.done === true) {
    response.end();
    return;
  }
  response.write(first.value);
  const rest = Readable.from(bytes);
  const sent = new Promise<void>((resolve, reject) =>
    finished(rest.pipe(response), (error) => (error && !response.destroyed ? reject(error) : resolve())),
  );
  rest.once("error", (error) => response.destroy(error));
  response.once("close", () => rest.destroy());
  await sent;
}

/** One range; `null`: there are no such bytes; `undefined`: everything. */
function rangeOf(request: IncomingMessage, size: number, tag: string) {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.headers.range ?? "");
  const if_range = request.headers["if-range"];
  if (match === null || match[0] === "bytes=-" || (if_range !== undefined && if_range !== tag)) return undefined;
  const [first, last] = [match[1] as string, match[2] as string];
  if (first === "")
    return Number(last) === 0 || size === 0 ? null : { start: Math.max(0, size - Number(last)), end: size };
  const start = Number(first);
  if (start >= size) return null;
  if (last !== "" && Number(last) < start) return undefined;
  return { start, end: last === "" ? size : Math.min(size, Number(last) + 1) };
}

function isShown({ type }: ShownNode): boolean {
  return type === "directory" || type === "file";
}

function isAllowed(request: IncomingMessage, wanted: Buffer): boolean {
  const [scheme = "", credentials = ""] = (request.headers.authorization ?? "").split(" ");
  if (scheme.toLowerCase() !== "basic") return false;
  const decoded = Buffer.from(credentials, "base64").toString();
  return timingSafeEqual(digest(decoded.slice(decoded.indexOf(":") + 1)), wanted);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** @throws BROWSE_PATH_INVALID */
function pathOf(url: string): Buffer {
  const [raw = ""] = url.replace(/^https?:\/\/[^/]*/i, "").split(/[?#]/);
  try {
    return pathBytes(decodeURIComponent(raw));
  } catch (error) {
    if (error instanceof URIError) return pathBytes(raw);
    throw error;
  }
}

function hrefOf(path: Buffer, { type }: ShownNode): string {
  const names = path.length === 0 ? [] : pathText(path).split("/").map(encodeURIComponent);
  return `/${names.join("/")}${type === "directory" && names.length > 0 ? "/" : ""}`;
}

/** What is in a backup does not change: its path, time and size stand for its bytes. */
function tagOf(path: Buffer, { size, mtime_ns }: ShownNode): string {
  return `"${createHash("sha256").update(path).update(`\n${size}\n${mtime_ns}`).digest("hex").slice(0, 32)}"`;
}

async function skipBody(request: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX)
      throw mountError("WEBDAV_TOO_LARGE", `a question has more than ${BODY_BYTES_MAX} bytes`);
  }
}

function statusOf(error: unknown): number {
  if (hasCode(error, "BROWSE_PATH_NOT_FOUND") || hasCode(error, "BROWSE_PATH_INVALID")) return 404;
  return error instanceof HoldfastError ? (error.spec.http ?? 500) : 500;
}

function text(response: ServerResponse, status: number, message: string): void {
  const body = Buffer.from(`${message}\n`);
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "content-length": body.length }).end(body);
}

function escape(value: string): string {
  return value.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
