import { readFile } from "node:fs/promises";
import { Agent, request as httpsRequest } from "node:https";
import { join } from "node:path";
import type { IncomingMessage } from "node:http";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { deserializeError, HoldfastError, type SerializedError } from "../../../base/index.ts";
import { errnoOf, storeError, throwIfAborted } from "../errors.ts";
import { TlsProxyAgent } from "./proxy.ts";

/** The one name in the certificate of every server's address for agents: the authority is the installation's own. */
export const GATEWAY_NAME = "gateway.holdfast.internal";
/** Which version of the agent protocol a request speaks. */
export const PROTOCOL_HEADER = "holdfast-agent-protocol";
/** Files of an agent's identity, in its folder. */
export const identityFiles = { key: "agent.key", certificate: "agent.crt", authority: "authority.crt" } as const;

/** No byte came for this long: given up. Longer than a long poll. */
const IDLE_MS = 90_000;
const SOCKETS_MAX = 16;

export interface ConnectionConfig {
  /** `https://host[:port]` of the server's address for agents. */
  readonly url: string;
  /** Folder with the files of {@link identityFiles}. */
  readonly identity_dir: string;
  readonly protocol: number;
  /** `http://[user:password@]host:port` of a proxy. */
  readonly proxy?: string;
}

export interface CallOptions {
  readonly body?: readonly Uint8Array[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly idle_ms?: number;
}

/** Requests over mutual TLS 1.3, the only kind of connection an agent makes. */
export interface Connection {
  /** The answer with its body still to be read; anything but 2xx rejects. @throws STORE_*, and what the server says */
  open(method: string, path: string, options?: CallOptions): Promise<IncomingMessage>;
  /** The same, with the whole body. */
  call(method: string, path: string, options?: CallOptions): Promise<Buffer>;
  close(): void;
}

/** What one side of a handshake shows and believes. */
export interface TlsIdentity {
  readonly key?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly ca: string | Buffer;
}

/** @throws STORE_BAD_CONFIG when the identity cannot be read */
export async function openConnection(config: ConnectionConfig): Promise<Connection> {
  const { identity_dir } = config;
  const file = async (name: string) => {
    try {
      return await readFile(join(identity_dir, name));
    } catch (cause) {
      const message = `${join(identity_dir, name)} cannot be read: ${(cause as Error).message}`;
      throw storeError("STORE_BAD_CONFIG", message, { path: join(identity_dir, name) }, cause);
    }
  };
  const [key, cert, ca] = await Promise.all(Object.values(identityFiles).map(file));
  return connectAs({ key, cert, ca } as { key: Buffer; cert: Buffer; ca: Buffer }, config);
}

/** The same with an identity at hand; without key and certificate a host can enrol, and nothing else. */
export function connectAs(identity: TlsIdentity, config: Omit<ConnectionConfig, "identity_dir">): Connection {
  const { url, protocol } = config;
  const tls = { ...identity, minVersion: "TLSv1.3" as const, servername: GATEWAY_NAME };
  const agent = makeAgent({ keepAlive: true, maxSockets: SOCKETS_MAX, ...tls }, config.proxy);

  const open = (method: string, path: string, options: CallOptions = {}) => {
    const { body, headers, signal, idle_ms = IDLE_MS } = options;
    const doing = `${method} ${path} of ${url}`;
    throwIfAborted(signal, doing);
    const length = body?.reduce((sum, part) => sum + part.byteLength, 0);
    return new Promise<IncomingMessage>((resolve, reject) => {
      const fail = (error: unknown) => reject(connectionError(error, doing, signal));
      const call = httpsRequest(new URL(path, url), {
        method,
        agent,
        servername: GATEWAY_NAME,
        headers: {
          [PROTOCOL_HEADER]: String(protocol),
          ...(length === undefined ? {} : { "content-type": "application/octet-stream" }),
          ...(length === undefined ? {} : { "content-length": String(length) }),
          ...headers,
        },
        ...(signal ? { signal } : {}),
      });
      call.setTimeout(idle_ms, () => call.destroy(storeError("STORE_TIMEOUT", `${doing}: no answer in time`)));
      call.once("error", fail);
      call.once("response", (response) => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) return resolve(response);
        readAll(response).then((text) => reject(refusal(status, text, doing)), fail);
      });
      for (const part of body ?? []) call.write(part);
      call.end();
    });
  };
  return {
    open,
    async call(method, path, options) {
      const response = await open(method, path, options);
      try {
        return await readAll(response);
      } catch (error) {
        throw connectionError(error, `${method} ${path} of ${url}`, options?.signal);
      }
    },
    close: () => agent.destroy(),
  };
}

/**
 * The authority (DER) that the server at an address shows, unchecked and before anything is said: whoever enrols
 * compares it with what the token says. @throws STORE_UNAVAILABLE, STORE_INSECURE when it shows none
 */
export async function peekAuthority(url: string, proxy?: string): Promise<Buffer> {
  const options = { rejectUnauthorized: false, minVersion: "TLSv1.3" as const, servername: GATEWAY_NAME };
  const agent = makeAgent(options, proxy);
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const doing = `GET /agent/hello of ${url}`;
      const call = httpsRequest(new URL("/agent/hello", url), { agent, servername: GATEWAY_NAME });
      call.setTimeout(30_000, () => call.destroy(storeError("STORE_TIMEOUT", `${doing}: no answer in time`)));
      call.once("error", (error) => reject(connectionError(error, doing, undefined)));
      call.once("response", (response) => {
        response.resume();
        const top = topOf((response.socket as TLSSocket).getPeerCertificate(true));
        if (top === undefined) reject(storeError("STORE_INSECURE", `${url} shows no certificate`));
        else resolve(top.raw);
      });
      call.end();
    });
  } finally {
    agent.destroy();
  }
}

/** The last certificate of the chain that was shown. */
function topOf(shown: DetailedPeerCertificate): DetailedPeerCertificate | undefined {
  let at = shown;
  if (at.raw === undefined) return undefined;
  while (at.issuerCertificate !== undefined && at.issuerCertificate !== at) at = at.issuerCertificate;
  return at;
}

function makeAgent(options: ConstructorParameters<typeof Agent>[0], proxy: string | undefined): Agent {
  return proxy === undefined ? new Agent(options) : new TlsProxyAgent(new URL(proxy), options);
}

export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** What the server answered, as the error it is; a proxy's or stranger's answer is none of ours. */
function refusal(status: number, text: Buffer, doing: string): HoldfastError {
  try {
    const { error } = JSON.parse(text.toString("utf8")) as { error?: SerializedError };
    if (typeof error?.code === "string") return deserializeError(error);
  } catch {
    // no JSON: below
  }
  const code = status >= 500 ? "STORE_UNAVAILABLE" : "STORE_FORBIDDEN";
  return storeError(code, `${doing} was answered with ${status}: ${text.toString("utf8").slice(0, 200)}`, { status });
}

function connectionError(error: unknown, doing: string, signal: AbortSignal | undefined): HoldfastError {
  if (error instanceof HoldfastError) return error;
  if (signal?.aborted) return storeError("STORE_ABORTED", `cancelled while ${doing}`, {}, signal.reason);
  const code = errnoOf(error) ?? "";
  const reason = error instanceof Error ? error.message : String(error);
  if (code.startsWith("ERR_TLS") || code.startsWith("ERR_SSL") || /CERT|SELF_SIGNED|certificate/i.test(code)) {
    return storeError("STORE_INSECURE", `${doing}: ${reason}`, { errno: code }, error);
  }
  if (code === "ETIMEDOUT") return storeError("STORE_TIMEOUT", `${doing}: ${reason}`, {}, error);
  return storeError("STORE_UNAVAILABLE", `${doing}: ${reason}`, code === "" ? {} : { errno: code }, error);
}
