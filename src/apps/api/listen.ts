import { chmod, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import type { FastifyInstance } from "fastify";
import { errorCatalogue } from "../../base/index.ts";

const listenError = errorCatalogue({
  API_ADDRESS_IN_USE: {
    fault: "operational",
    retry: "later",
    guidance: "Stop what listens there, or choose another address with --listen or BAAS_LISTEN_PORT.",
  },
  API_SOCKET_IN_USE: {
    fault: "operational",
    retry: "later",
    guidance: "A server with this data folder is running already; use it, or stop it first.",
  },
});

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Unix socket for clients on this machine; made with mode 0600. */
  readonly socket_path: string;
}

export interface Listening {
  /** e.g. `http://127.0.0.1:7440`. */
  readonly url: string;
  readonly socket_path: string;
  /** Stops accepting, ends event streams, waits for requests under way. */
  close(): Promise<void>;
}

/**
 * Listens on the address and, beside it, on a unix socket that only our own user may open.
 * @throws API_ADDRESS_IN_USE, API_SOCKET_IN_USE
 */
export async function listen(app: FastifyInstance, options: ListenOptions): Promise<Listening> {
  const { host, port, socket_path } = options;
  await removeStaleSocket(socket_path);
  const local = createServer((request, response) => app.routing(request, response));
  // The same bounds as the main server's.
  const { requestTimeout, keepAliveTimeout, headersTimeout } = app.server;
  Object.assign(local, { requestTimeout, keepAliveTimeout, headersTimeout });
  await listenOnSocket(local, socket_path);
  try {
    const url = await app.listen({ host, port });
    const close = async () => {
      const closed = new Promise<void>((resolve) => local.close(() => resolve()));
      await app.close(); // ends the event streams, on the socket as well
      local.closeAllConnections();
      await closed;
    };
    return { url, socket_path, close };
  } catch (error) {
    local.close();
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw listenError("API_ADDRESS_IN_USE", `${host}:${port} is in use`, { host, port }, error);
  }
}

async function listenOnSocket(server: Server, path: string): Promise<void> {
  // The folder is closed to others; the mask keeps the socket closed even before chmod.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
      process.umask(mask); // listen has bound the name by now
    });
  } finally {
    process.umask(mask);
  }
  await chmod(path, 0o600);
}

/** What a killed server left behind. A socket that answers belongs to a server that runs. */
async function removeStaleSocket(path: string): Promise<void> {
  const answers = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
  if (answers) throw listenError("API_SOCKET_IN_USE", `another server listens on ${path}`, { path });
  await rm(path, { force: true });
}
