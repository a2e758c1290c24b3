import type { IncomingMessage, ServerResponse } from "node:http";
import { asHoldfastError, type HoldfastError } from "../../../base/index.ts";
import { storeError } from "../errors.ts";
import type { ObjectStore } from "../port.ts";
import type { GrantAnswer } from "./direct.ts";

/** The largest object is a pack of 128 MiB (docs/format.md) and what stands around it. */
const BODY_BYTES_MAX = 160 * 1024 * 1024;

/** What one request asks of a store. */
export type StoreCall =
  | { readonly kind: "put"; readonly key: string; readonly if_absent: boolean; readonly locks: boolean }
  /** Somebody is to be let in to the storage itself, to put one content under a key where nothing is yet. */
  | { readonly kind: "grant"; readonly key: string }
  | { readonly kind: "get" | "stat" | "delete" | "lock"; readonly key: string }
  | { readonly kind: "list"; readonly prefix: string };

/** Decides about each call before it is made, having seen what would be put. @throws what refuses it */
export type StoreGuard = (call: StoreCall, body: Buffer | undefined) => Promise<void>;

interface Asked {
  readonly call: StoreCall;
  readonly query: URLSearchParams;
}

/**
 * Does what a request asks of the store: the other end of the gateway store. `path` is what follows the address of the
 * store: `o/KEY` objects, `s/KEY` what stat says, `l` lists, `k/KEY` locks, `g/KEY` grants.
 * @param grants whether anybody is let in to the storage itself
 */
export async function serveStore(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  store: ObjectStore,
  guard: StoreGuard,
  grants = false,
): Promise<void> {
  try {
    const asked = parse(request.method ?? "", path);
    const body = asked.call.kind === "put" ? await readBody(request) : undefined;
    await guard(asked.call, body);
    if (asked.call.kind === "grant") return json(response, await grant(asked.call.key, asked.query, store, grants));
    await answer(response, asked, body, store, abortOf(response));
  } catch (error) {
    refuse(response, asHoldfastError(error));
  }
}

function parse(method: string, path: string): Asked {
  const at = path.indexOf("?");
  const query = new URLSearchParams(at < 0 ? "" : path.slice(at + 1));
  const place = at < 0 ? path : path.slice(0, at);
  const key = decodeURIComponent(place.slice(2));
  const shape = `${method} ${place.slice(0, 1)}`;
  if (shape === "GET l") return { call: { kind: "list", prefix: query.get("prefix") ?? "" }, query };
  if (shape === "GET o") return { call: { kind: "get", key }, query };
  if (shape === "GET s") return { call: { kind: "stat", key }, query };
  if (shape === "DELETE o") return { call: { kind: "delete", key }, query };
  if (shape === "POST g") return { call: { kind: "grant", key }, query };
  if (shape === "POST k") return { call: { kind: "lock", key }, query };
  if (shape === "PUT o") {
    const [if_absent, locks] = [query.has("if_absent"), query.has("lock_mode")];
    return { call: { kind: "put", key, if_absent, locks }, query };
  }
  throw storeError("STORE_BAD_REQUEST", `${method} ${place.slice(0, 80)} asks for nothing that a store does`);
}

async function answer(
  response: ServerResponse,
  { call, query }: Asked,
  body: Buffer | undefined,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  switch (call.kind) {
    case "put": {
      const lock = lockOf(query);
      const options = { if_absent: call.if_absent, signal, ...(lock === undefined ? {} : { lock }) };
      await store.put(call.key, body ?? Buffer.alloc(0), options);
      return json(response, {});
    }
    case "get": {
      const range = { ...numberOf(query, "offset_bytes"), ...numberOf(query, "length_bytes") };
      const bytes = await store.get(call.key, { ...range, signal });
      response.setHeader("content-length", bytes.byteLength);
      response.end(bytes);
      return;
    }
    case "stat":
      return json(response, { stat: (await store.stat(call.key)) ?? null });
    case "delete":
      await store.delete(call.key, { bypass_governance: query.has("bypass_governance") });
      return json(response, {});
    case "lock": {
      const lock = lockOf(query);
      if (lock === undefined) throw storeError("STORE_BAD_REQUEST", "a lock has a mode and a date");
      await store.lock(call.key, lock);
      return json(response, {});
    }
    case "list":
      return list(response, store, call.prefix, query.has("locks"));
  }
}

async function grant(key: string, query: URLSearchParams, store: ObjectStore, grants: boolean): Promise<GrantAnswer> {
  if (!grants || store.grantPut === undefined) return { direct: false };
  const sha256 = Buffer.from(query.get("sha256") ?? "", "hex");
  const size_bytes = Number(query.get("size_bytes") ?? Number.NaN);
  if (sha256.length !== 32 || !(Number.isSafeInteger(size_bytes) && size_bytes <= BODY_BYTES_MAX)) {
    throw storeError("STORE_BAD_REQUEST", `a grant is for a SHA-256 and a size of at most ${BODY_BYTES_MAX} bytes`);
  }
  const granted = await store.grantPut(key, { sha256, size_bytes });
  return granted === "present" ? { present: true } : { grant: granted };
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}

/** A line an object, and a last one that says that it is the last: a connection that breaks is no end. */
async function list(response: ServerResponse, store: ObjectStore, prefix: string, locks: boolean): Promise<void> {
  response.setHeader("content-type", "application/x-ndjson");
  try {
    for await (const stat of store.list(prefix, { locks })) {
      if (response.destroyed) return;
      if (response.write(`${JSON.stringify(stat)}\n`)) continue;
      await new Promise<void>((resolve) => {
        const go = () => {
          response.off("drain", go);
          response.off("close", go);
          resolve();
        };
        response.once("drain", go);
        response.once("close", go);
      });
    }
    response.end('{"end":true}\n');
  } catch (error) {
    if (!response.headersSent) throw error;
    response.end(`${JSON.stringify({ error: asHoldfastError(error).toJSON() })}\n`);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const expected = Number(request.headers["content-length"] ?? Number.NaN);
  if (!(expected <= BODY_BYTES_MAX)) {
    throw storeError("STORE_BAD_REQUEST", `an object says its size, and has at most ${BODY_BYTES_MAX} bytes`);
  }
  const body = Buffer.allocUnsafe(expected);
  let at = 0;
  for await (const part of request as AsyncIterable<Buffer>) at += part.copy(body, at);
  if (at !== expected) throw storeError("STORE_BAD_REQUEST", `${at} of ${expected} bytes came`);
  return body;
}

function lockOf(query: URLSearchParams) {
  const mode = query.get("lock_mode");
  if (mode !== "GOVERNANCE" && mode !== "COMPLIANCE") return undefined;
  return { mode, retain_until_ms: Number(query.get("lock_until_ms")) } as const;
}

function numberOf(query: URLSearchParams, name: "offset_bytes" | "length_bytes") {
  const text = query.get(name);
  return text === null ? {} : { [name]: Number(text) };
}

function abortOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort(new Error("the caller hung up"));
  });
  return gone.signal;
}

function refuse(response: ServerResponse, error: HoldfastError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { http } = error.spec;
  response.statusCode = http ?? (error.fault === "user" ? 400 : 500);
  response.setHeader("content-type", "application/json");
  // An answer before the whole body was read: nothing more is expected on this connection.
  response.setHeader("connection", "close");
  response.end(JSON.stringify({ error: error.toJSON() }));
}
