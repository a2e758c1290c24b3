import { startServer } from "./server.ts";
import type { RunningServer, StartServerOptions } from "./server.ts";

export interface RunServerOptions extends StartServerOptions {
  readonly onReady?: (server: RunningServer) => void;
}

/**
 * Runs the server until SIGTERM or SIGINT, then drains it. A second signal ends the process at once, as if it had been
 * killed: jobs are taken up by the next start. Throws DATABASE_LOST when the embedded PostgreSQL ended by itself, so
 * that a supervisor starts the server again. Reads BAAS_FAILPOINT (crash tests) and BAAS_KEYS_DIR unless given.
 */
export async function runServer(options: RunServerOptions, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const stop = Promise.withResolvers<NodeJS.Signals>();
  const signals = ["SIGTERM", "SIGINT"] as const;
  let asked = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked) process.exit(signal === "SIGINT" ? 130 : 143);
    asked = true;
    stop.resolve(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const server = await startServer({
      ...(env.BAAS_FAILPOINT === undefined ? {} : { failpoint: env.BAAS_FAILPOINT }),
      ...(env.BAAS_KEYS_DIR === undefined ? {} : { keys_dir: env.BAAS_KEYS_DIR }),
      ...options,
    });
    try {
      options.onReady?.(server);
      server.lost.addEventListener("abort", () => stop.reject(server.lost.reason), { once: true });
      if (server.lost.aborted) stop.reject(server.lost.reason);
      const signal = await stop.promise;
      server.parts.log.info({ signal }, "stopping");
    } finally {
      await server.close();
    }
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
