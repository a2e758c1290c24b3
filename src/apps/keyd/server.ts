import { chmodSync, statSync, unlinkSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { asHoldfastError, type HoldfastError } from "../../base/index.ts";
import { keyError } from "../../engine/keys/index.ts";
import type * as local from "../../engine/keystore/index.ts";
import * as wire from "../../engine/keyservice/index.ts";

const CONNECTIONS_MAX = 128;
const REQUESTS_MAX = 64;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;
const DRAIN_MS = 10_000;
/** The kernel's limit is 108 bytes with the closing zero. */
const SOCKET_PATH_BYTES_MAX = 107;

export type ListenAddress =
  | { readonly socket_path: string }
  /** Mutual TLS: PEM texts; `ca` signs the clients that may connect. */
  | { readonly host: string; readonly port: number; readonly ca: string; readonly cert: string; readonly key: string };

export interface RunningServer {
  /** `unix:/path` or `https://host:port`, with the port really bound. */
  readonly address: string;
  /** Stops listening, lets requests under way finish (10 s at most), closes every connection. */
  close(): Promise<void>;
}

/** Serves a key store at one address. @throws KEY_MANAGER_START_FAILED */
export async function serveKeys(store: local.LocalKeyStore, listen: ListenAddress): Promise<RunningServer> {
  let running = 0;
  let closing = false;
  const onRequest: RequestListener = (request, response) => {
    if (closing) response.setHeader("connection", "close");
    if (running >= REQUESTS_MAX) {
      return answerError(response, keyError("KEY_MANAGER_BUSY", `${REQUESTS_MAX} requests are running already`));
    }
    running++;
    handle(store, request)
      .then(
        (result) => answer(response, 200, result),
        (error: unknown) => answerError(response, asHoldfastError(error)),
      )
      .finally(() => running--);
  };
  const server = "host" in listen ? tlsServer(listen, onRequest) : createServer(onRequest);
  server.maxConnections = CONNECTIONS_MAX;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const address = "host" in listen ? await listenTcp(server, listen) : await listenUnix(server, listen.socket_path);
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        closing = true;
        const force = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function tlsServer(listen: { ca: string; cert: string; key: string }, onRequest: RequestListener): Server {
  const { ca, cert, key } = listen;
  return createTlsServer(
    { ca, cert, key, minVersion: "TLSv1.3", requestCert: true, rejectUnauthorized: true, handshakeTimeout: 5_000 },
    onRequest,
  );
}

async function listenTcp(server: Server, { host, port }: { host: string; port: number }): Promise<string> {
  await listenOn(server, () => server.listen(port, host));
  const bound = server.address();
  return `https://${host}:${typeof bound === "object" && bound !== null ? bound.port : port}`;
}

async function listenUnix(server: Server, path: string): Promise<string> {
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
    throw keyError("KEY_MANAGER_START_FAILED", `socket path ${path} is longer than ${SOCKET_PATH_BYTES_MAX} bytes`);
  }
  await removeDeadSocket(path);
  // The umask, not a later chmod, keeps the moment between bind and chmod closed.
  const umask = process.umask(0o177);
  try {
    await listenOn(server, () => server.listen(path));
  } finally {
    process.umask(umask);
  }
  chmodSync(path, 0o600);
  return `unix:${path}`;
}

function listenOn(server: Server, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(keyError("KEY_MANAGER_START_FAILED", error.message, {}, error)));
    server.once("listening", resolve);
    start();
  });
}

/** A killed key manager leaves its socket behind; a living one still answers on it. */
async function removeDeadSocket(path: string): Promise<void> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) throw keyError("KEY_MANAGER_START_FAILED", `${path} exists and is not a socket`);
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.setTimeout(1_000, () => probe.destroy(new Error("timeout")));
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });
  if (alive) throw keyError("KEY_MANAGER_START_FAILED", `another process listens on ${path}`);
  unlinkSync(path);
}

type Handlers = {
  [O in wire.Operation]: (store: local.LocalKeyStore, actor: string, body: wire.Request<O>) => unknown;
};

const handlers: Handlers = {
  wrap: async (store, actor, { key_id, plaintext, context }) => {
    const wrapped = await store.wrap(actor, key_id, Buffer.from(plaintext, "base64"), context);
    return { ...wrapped, ciphertext: Buffer.from(wrapped.ciphertext).toString("base64") };
  },
  unwrap: async (store, actor, { wrapped, context }) => {
    const ciphertext = Buffer.from(wrapped.ciphertext, "base64");
    const plaintext = await store.unwrap(actor, { ...wrapped, ciphertext }, context);
    return { plaintext: plaintext.toString("base64") };
  },
  create_key: (store, actor, { alias }) => store.keys.createKey(actor, alias),
  describe_key: (store, actor, { key_id }) => store.describeKey(actor, key_id),
  list_keys: (store, actor) => ({ keys: store.listKeys(actor) }),
  rotate_key: (store, actor, { key_id }) => store.keys.rotateKey(actor, key_id),
  disable_key: (store, actor, { key_id, version }) => store.keys.disableKey(actor, key_id, version),
  enable_key: (store, actor, { key_id, version }) => store.keys.enableKey(actor, key_id, version),
  schedule_destruction: (store, actor, { key_id, ...rest }) => store.keys.scheduleDestruction(actor, key_id, rest),
  cancel_destruction: (store, actor, { key_id, version }) => store.keys.cancelDestruction(actor, key_id, version),
  list_principals: (store, actor) => ({ principals: store.access.listPrincipals(actor) }),
  add_principal: (store, actor, { principal }) => store.access.addPrincipal(actor, principal),
  rotate_token: (store, actor, { principal }) => store.access.rotateToken(actor, principal),
  remove_principal: async (store, actor, { principal }) => {
    await store.access.removePrincipal(actor, principal);
    return {};
  },
  grant: (store, actor, { principal, key_id, rights }) => store.access.grant(actor, principal, key_id, rights),
  revoke: (store, actor, { principal, key_id, rights }) => store.access.revoke(actor, principal, key_id, rights),
  audit_log: (store, actor, filter) => store.auditLog(actor, filter),
  verify_audit_log: (store, actor, { known_head }) => store.verifyAuditLog(actor, known_head),
};

async function handle(store: local.LocalKeyStore, request: IncomingMessage): Promise<unknown> {
  if (request.method === "GET" && request.url === "/v1/health") return { pid: process.pid };
  const operation = /^\/v1\/([a-z_]+)$/.exec(request.url ?? "")?.[1] ?? "";
  if (request.method !== "POST" || !Object.hasOwn(handlers, operation)) {
    throw keyError("KEY_REQUEST_INVALID", `no operation ${request.method} ${request.url}`);
  }
  const token = /^Bearer (\S{1,200})$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const actor = store.authenticate(token);
  return perform(store, actor, operation as wire.Operation, await readBody(request));
}

function perform<O extends wire.Operation>(store: local.LocalKeyStore, actor: string, operation: O, body: unknown) {
  const parsed = wire.operations[operation].request.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw keyError("KEY_REQUEST_INVALID", `${operation}: ${issue?.path.join(".") || "body"}: ${issue?.message}`);
  }
  const handler: (store: local.LocalKeyStore, actor: string, body: wire.Request<O>) => unknown = handlers[operation];
  return handler(store, actor, parsed.data as wire.Request<O>);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size_bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size_bytes += part.length;
    if (size_bytes > wire.BODY_BYTES_MAX) {
      throw keyError("KEY_REQUEST_INVALID", `the body is longer than ${wire.BODY_BYTES_MAX} bytes`);
    }
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch (error) {
    throw keyError("KEY_REQUEST_INVALID", "the body is not JSON", {}, error);
  }
}

function answerError(response: ServerResponse, error: HoldfastError): void {
  const status = error.spec.http ?? (error.fault === "user" ? 400 : 500);
  // The rest of a body nobody will read: the connection cannot serve another request.
  if (!response.req.complete) response.setHeader("connection", "close");
  answer(response, status, error);
}

function answer(response: ServerResponse, status: number, result: unknown): void {
  const text = JSON.stringify(result);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
