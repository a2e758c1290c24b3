import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { z } from "zod";
import { deserializeError, type HoldfastError } from "../../base/index.ts";
import { type KeyAdmin, keyError, type KeyManager } from "../keys/index.ts";
import { type Operation, operations, type Request, type Response } from "./wire.ts";

/** Audit pages are the largest answers: 1000 entries of at most about 12 KiB. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const TIMEOUT_MS_DEFAULT = 10_000;
const SOCKETS_MAX = 8;

/** A unix socket on this machine, or `https://host:port` with mutual TLS; certificates and key in PEM. */
export type KeyManagerAddress =
  | { readonly socket_path: string }
  | { readonly url: string; readonly ca: string; readonly cert: string; readonly key: string };

export type KeyManagerClient = KeyManager & KeyAdmin & { close(): void };

/**
 * A client of the local key manager's process. Connects at the first call and keeps connections for the next.
 * Every call ends within `timeout_ms` (10 s by default).
 *
 * Every method throws, beside what the port says: KEY_MANAGER_UNREACHABLE, KEY_MANAGER_BUSY, KEY_MANAGER_BAD_ANSWER.
 * After KEY_MANAGER_UNREACHABLE a change may or may not have been made: describe the key before asking again.
 */
export function connectKeyManager(
  options: KeyManagerAddress & { readonly token: string; readonly timeout_ms?: number },
): KeyManagerClient {
  const connection = new Connection(options);
  const call = <O extends Operation>(operation: O, body: Request<O>) => connection.call(operation, body);
  return {
    manager: "local",
    close: () => connection.close(),

    async wrap(key_id, plaintext, context) {
      const body = { key_id, plaintext: Buffer.from(plaintext).toString("base64"), context };
      const { ciphertext, ...rest } = await call("wrap", body);
      return { ...rest, ciphertext: Buffer.from(ciphertext, "base64") };
    },
    async unwrap(wrapped, context) {
      const ciphertext = Buffer.from(wrapped.ciphertext).toString("base64");
      const { manager, key_id, key_version } = wrapped;
      const body = { wrapped: { manager, key_id, key_version, ciphertext }, context };
      return Buffer.from((await call("unwrap", body)).plaintext, "base64");
    },

    createKey: (alias) => call("create_key", { alias }),
    describeKey: (key_id) => call("describe_key", { key_id }),
    listKeys: async () => (await call("list_keys", {})).keys,
    rotateKey: (key_id) => call("rotate_key", { key_id }),
    disableKey: (key_id, version) => call("disable_key", { key_id, version }),
    enableKey: (key_id, version) => call("enable_key", { key_id, version }),
    scheduleDestruction: (key_id, rest = {}) => call("schedule_destruction", { key_id, ...rest }),
    cancelDestruction: (key_id, version) => call("cancel_destruction", { key_id, version }),
    listPrincipals: async () => (await call("list_principals", {})).principals,
    addPrincipal: (principal) => call("add_principal", { principal }),
    rotateToken: (principal) => call("rotate_token", { principal }),
    removePrincipal: async (principal) => {
      await call("remove_principal", { principal });
    },
    grant: (principal, key_id, rights) => call("grant", { principal, key_id, rights: [...rights] }),
    revoke: (principal, key_id, rights) => call("revoke", { principal, key_id, rights: [...rights] }),
    auditLog: (filter = {}) => call("audit_log", filter),
    verifyAuditLog: (known_head) => call("verify_audit_log", { known_head }),
  };
}

const errorSchema = z.object({
  code: z.string(),
  fault: z.enum(["user", "operational", "bug"]),
  retry: z.enum(["never", "soon", "later"]),
  status_reason: z.string(),
  message: z.string(),
  fix: z.string(),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
});

type Answer = { status: number; text: string };
type ClientOptions = KeyManagerAddress & { readonly token: string; readonly timeout_ms?: number };

class Connection {
  readonly #options: ClientOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #address: string;

  constructor(options: ClientOptions) {
    this.#options = options;
    const pool = { keepAlive: true, maxSockets: SOCKETS_MAX, maxFreeSockets: 2 };
    if ("socket_path" in options) {
      this.#agent = new HttpAgent(pool);
      this.#address = options.socket_path;
    } else {
      const { ca, cert, key } = options;
      this.#agent = new HttpsAgent({ ...pool, ca, cert, key, minVersion: "TLSv1.3" });
      this.#address = options.url;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async call<O extends Operation>(operation: O, body: Request<O>): Promise<Response<O>> {
    const text = JSON.stringify(body);
    const answer = await this.#exchange(operation, text, operations[operation].repeatable);
    let value: unknown;
    try {
      value = JSON.parse(answer.text);
    } catch (error) {
      throw this.#badAnswer(operation, `status ${answer.status}, not JSON`, error);
    }
    if (answer.status !== 200) throw this.#remoteError(operation, answer.status, value);
    const parsed = operations[operation].response.safeParse(value);
    if (!parsed.success) throw this.#badAnswer(operation, z.prettifyError(parsed.error));
    return parsed.data as Response<O>;
  }

  async #exchange(operation: Operation, body: string, repeatable: boolean): Promise<Answer> {
    const timeout_ms = this.#options.timeout_ms ?? TIMEOUT_MS_DEFAULT;
    const signal = AbortSignal.timeout(timeout_ms);
    try {
      return await this.#send(operation, body, signal, repeatable);
    } catch (error) {
      const reason = signal.aborted ? `no answer within ${timeout_ms} ms` : (error as Error).message;
      const context = { address: this.#address, operation };
      throw keyError("KEY_MANAGER_UNREACHABLE", `key manager at ${this.#address}: ${reason}`, context, error);
    }
  }

  #send(operation: Operation, body: string, signal: AbortSignal, repeatable: boolean): Promise<Answer> {
    const common = {
      method: "POST",
      path: `/v1/${operation}`,
      // A kept connection may just be closing at the other end. Only what may be asked twice takes that chance.
      agent: repeatable ? this.#agent : false,
      signal,
      headers: {
        authorization: `Bearer ${this.#options.token}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      },
    };
    const options = this.#options;
    return new Promise<Answer>((resolve, reject) => {
      const onResponse = (response: IncomingMessage) => void collect(response).then(resolve, reject);
      const request =
        "socket_path" in options
          ? httpRequest({ ...common, socketPath: options.socket_path }, onResponse)
          : httpsRequest(
              new URL(options.url),
              { ...common, ca: options.ca, cert: options.cert, key: options.key, minVersion: "TLSv1.3" },
              onResponse,
            );
      request.on("error", (error: NodeJS.ErrnoException) => {
        if (repeatable && request.reusedSocket && error.code === "ECONNRESET") {
          void this.#send(operation, body, signal, true).then(resolve, reject);
        } else reject(error);
      });
      request.end(body);
    });
  }

  #remoteError(operation: Operation, status: number, value: unknown): HoldfastError {
    const parsed = errorSchema.safeParse(value);
    if (!parsed.success) return this.#badAnswer(operation, `status ${status} without an error of ours`);
    return deserializeError(parsed.data as Parameters<typeof deserializeError>[0]);
  }

  #badAnswer(operation: Operation, reason: string, cause?: unknown): HoldfastError {
    const context = { address: this.#address, operation };
    return keyError(
      "KEY_MANAGER_BAD_ANSWER",
      `key manager at ${this.#address}, ${operation}: ${reason}`,
      context,
      cause,
    );
  }
}

async function collect(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  let size_bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size_bytes += part.length;
    if (size_bytes > ANSWER_BYTES_MAX) throw new Error(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`);
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") };
}
