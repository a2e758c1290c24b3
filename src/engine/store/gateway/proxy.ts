import { request as httpRequest } from "node:http";
import { Agent, type AgentOptions } from "node:https";
import type { Duplex } from "node:stream";
import { connect as tlsConnect, type ConnectionOptions } from "node:tls";

const CONNECT_MS = 30_000;

/**
 * TLS through an HTTP proxy: the proxy is asked for a tunnel (CONNECT), and the handshake with the server, our
 * certificate included, goes through it. The proxy sees host and port, and nothing else.
 */
export class TlsProxyAgent extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: AgentOptions | undefined) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: ConnectionOptions & { host?: string; port?: number },
    callback: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const { host = "localhost", port = 443 } = options;
    const authority = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const { username, password, hostname } = this.#proxy;
    const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
    const asking = httpRequest({
      host: hostname,
      port: this.#proxy.port === "" ? 80 : Number(this.#proxy.port),
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...(username === "" ? {} : { "proxy-authorization": `Basic ${secret}` }) },
      timeout: CONNECT_MS,
    });
    const fail = (error: Error) => callback(error, undefined as unknown as Duplex);
    asking.once("timeout", () => asking.destroy(new Error(`the proxy ${this.#proxy.host} did not answer in time`)));
    asking.once("error", fail);
    asking.once("response", (response) => {
      response.resume();
      fail(new Error(`the proxy ${this.#proxy.host} answered CONNECT ${authority} with ${response.statusCode}`));
    });
    asking.once("connect", (response, socket) => {
      if (response.statusCode === 200) return callback(null, tlsConnect({ ...options, socket }));
      socket.destroy();
      fail(new Error(`the proxy ${this.#proxy.host} refused CONNECT ${authority} with ${response.statusCode}`));
    });
    asking.end();
    return undefined;
  }
}
