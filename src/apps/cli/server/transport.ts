import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { cliError } from "../errors.ts";

/** Where the server is: a unix socket of this machine, or a URL. */
export type ServerAddress = { readonly socket_path: string } | { readonly url: string };

/** A server that says nothing for this long is not there; event streams send a sign of life every 15 s. */
const SILENCE_MS_MAX = 90_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** How an address is called in messages. */
export function addressText(address: ServerAddress): string {
  return "url" in address ? address.url : `unix socket ${address.socket_path}`;
}

/**
 * Sends one request.
 * @throws CLI_SERVER_UNREACHABLE
 */
export function send(
  address: ServerAddress,
  call: {
    readonly method: string;
    /** With query. */
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Buffer;
    readonly signal: AbortSignal;
  },
): Promise<IncomingMessage> {
  const { method, path, headers, body, signal } = call;
  return new Promise((resolve, reject) => {
    const options = { method, headers, signal, timeout: SILENCE_MS_MAX };
    let outgoing: ClientRequest;
    if ("socket_path" in address) {
      outgoing = httpRequest({ ...options, socketPath: address.socket_path, path, host: "localhost" });
    } else {
      const url = new URL(path, address.url);
      outgoing = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, options);
    }
    outgoing.on("response", resolve);
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer for ${SILENCE_MS_MAX / 1000} s`)));
    outgoing.on("error", (error) => reject(signal.aborted ? signal.reason : unreachable(address, error)));
    outgoing.end(body);
  });
}

/** `fetch` over an address: what openapi-fetch calls. */
export function fetchOver(address: ServerAddress, signal: AbortSignal): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const body = Buffer.from(await request.arrayBuffer());
    const headers = { ...Object.fromEntries(request.headers), "content-length": String(body.length) };
    const answer = await send(address, {
      method: request.method,
      path: url.pathname + url.search,
      headers,
      body,
      signal,
    });
    const pieces: Buffer[] = [];
    let size_bytes = 0;
    try {
      for await (const piece of answer as AsyncIterable<Buffer>) {
        size_bytes += piece.length;
        if (size_bytes > ANSWER_BYTES_MAX) throw new Error(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`);
        pieces.push(piece);
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : unreachable(address, error as Error);
    }
    const type = answer.headers["content-type"];
    return new Response(Readable.toWeb(Readable.from(pieces)) as ReadableStream, {
      status: answer.statusCode ?? 500,
      headers: type === undefined ? {} : { "content-type": type, "content-length": String(size_bytes) },
    });
  };
}

function unreachable(address: ServerAddress, error: Error) {
  const code = (error as NodeJS.ErrnoException).code ?? error.message;
  const where = addressText(address);
  return cliError("CLI_SERVER_UNREACHABLE", `no server answers at ${where} (${code})`, { server: where }, error);
}
