import { createHash } from "node:crypto";
import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { hasCode } from "../../../base/index.ts";
import type { Clock } from "../../../base/index.ts";
import { storeError, throwIfAborted } from "../errors.ts";
import type { PutGrant } from "../port.ts";
import { sizeOf } from "../ranges.ts";
import { type Connection, readAll } from "./connection.ts";
import { TlsProxyAgent } from "./proxy.ts";

/** What the server answers when it is asked to let a put through to the storage itself. */
export type GrantAnswer = { readonly direct: false } | { readonly present: true } | { readonly grant: PutGrant };

/** No byte moved for this long: given up. */
const IDLE_MS = 60_000;
/** The storage did not take what was granted: everything goes through the server for so long. */
const DETOUR_MS = 600_000;
/** The answer of the first may be lost: the second finds what it did. */
const TRIES = 2;
const SOCKETS_MAX = 4;

/**
 * Puts that go straight to the storage, each with a request that the server signed for its one content. Where the
 * server lets nobody in, or the storage is out of reach from here, the caller goes through the server as ever.
 */
export class DirectPuts {
  readonly #connection: Connection;
  readonly #proxy: string | undefined;
  readonly #clock: Clock;
  readonly #agents = new Map<string, HttpAgent>();
  #off_until_ms = Number.NEGATIVE_INFINITY;

  constructor(connection: Connection, clock: Clock, proxy: string | undefined) {
    this.#connection = connection;
    this.#clock = clock;
    this.#proxy = proxy;
  }

  /**
   * @param ask where the server is asked, given the SHA-256 in hex and the size
   * @returns whether the object is there; else nothing was stored for certain, and it has to go through the server
   * @throws STORE_ALREADY_EXISTS when something else is there, STORE_ABORTED, and what the server refuses
   */
  async put(
    ask: (sha256: string, size_bytes: number) => string,
    body: readonly Uint8Array[],
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (this.#clock.monotonic_ms() < this.#off_until_ms) return false;
    const hash = createHash("sha256");
    for (const part of body) hash.update(part);
    const path = ask(hash.digest("hex"), sizeOf(body));
    for (let tried = 0; tried < TRIES; tried++) {
      const answer = await this.#grant(path, signal);
      if ("direct" in answer) {
        this.#off_until_ms = Number.POSITIVE_INFINITY;
        return false;
      }
      if ("present" in answer) return true;
      try {
        await this.#send(answer.grant, body, signal);
        return true;
      } catch {
        throwIfAborted(signal, `storing at ${new URL(answer.grant.url).host}`);
      }
    }
    this.#off_until_ms = this.#clock.monotonic_ms() + DETOUR_MS;
    return false;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  async #grant(path: string, signal: AbortSignal | undefined): Promise<GrantAnswer> {
    try {
      const text = await this.#connection.call("POST", path, { body: [], signal });
      return JSON.parse(text.toString("utf8")) as GrantAnswer;
    } catch (error) {
      // A server from before there were grants.
      if (hasCode(error, "STORE_BAD_REQUEST")) return { direct: false };
      throw error;
    }
  }

  #send({ url, headers, ca }: PutGrant, body: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    const place = new URL(url);
    const plain = place.protocol === "http:";
    const options: RequestOptions = {
      method: "PUT",
      headers: { ...headers, "content-length": String(sizeOf(body)) },
      agent: this.#agentFor(place, ca),
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise((resolve, reject) => {
      const call = plain ? httpRequest(place, options) : httpsRequest(place, options);
      call.setTimeout(IDLE_MS, () => call.destroy(storeError("STORE_TIMEOUT", `${place.host} did not answer in time`)));
      call.once("error", reject);
      call.once("response", (response) => {
        readAll(response).then((text) => {
          if (response.statusCode === 200) return resolve();
          const said = text.toString("utf8").slice(0, 300);
          reject(storeError("STORE_FORBIDDEN", `${place.host} answered with ${response.statusCode}: ${said}`));
        }, reject);
      });
      for (const part of body) call.write(part);
      call.end();
    });
  }

  #agentFor({ protocol, host }: URL, ca: string | undefined): HttpAgent {
    const known = this.#agents.get(host);
    if (known !== undefined) return known;
    const options = { keepAlive: true, maxSockets: SOCKETS_MAX };
    const tls = { ...options, minVersion: "TLSv1.3" as const, ...(ca === undefined ? {} : { ca }) };
    const secure = () =>
      this.#proxy === undefined ? new HttpsAgent(tls) : new TlsProxyAgent(new URL(this.#proxy), tls);
    // Without TLS only on this machine itself (a store's config allows no other), where no proxy is in the way.
    const made = protocol === "http:" ? new HttpAgent(options) : secure();
    this.#agents.set(host, made);
    return made;
  }
}
