import { createServer, type Server, type Socket } from "node:net";
import { chmod, rm } from "node:fs/promises";
import { handshake } from "./server-handshake.ts";
import { serve } from "./server-requests.ts";
import type { NbdServerOptions } from "./server-types.ts";

const CONNECTIONS_MAX = 64;
/** For everything before the first request. Afterwards a machine may be silent as long as it likes. */
const HANDSHAKE_MS = 15_000;

/** Shows disks over NBD: fixed newstyle, structured replies, `base:allocation`. */
export class NbdServer {
  readonly #server: Server;
  readonly #options: NbdServerOptions;
  readonly #sockets = new Set<Socket>();

  private constructor(options: NbdServerOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => void this.#connection(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  static async listen(options: NbdServerOptions): Promise<NbdServer> {
    const server = new NbdServer(options);
    const { listen } = options;
    if ("path" in listen) await rm(listen.path, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", reject);
      server.#server.listen(listen, resolve);
    });
    if ("path" in listen) await chmod(listen.path, 0o600);
    return server;
  }

  /** The port, when one was taken. */
  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  }
  get connections(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #connection(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on("error", () => undefined); // its end is noticed where it is read
    socket.once("close", () => this.#sockets.delete(socket));
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy());
    try {
      const agreed = await handshake(socket, this.#options);
      if (agreed === undefined) return;
      socket.setTimeout(0);
      await serve(agreed);
    } catch (error) {
      this.#options.onProblem?.(error);
    } finally {
      socket.destroySoon();
    }
  }
}
