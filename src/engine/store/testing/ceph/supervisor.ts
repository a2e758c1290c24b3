/**
 * Process that keeps one cluster for the test files that run at the same time: `supervisor.ts FOLDER`. It listens on
 * `FOLDER/socket`, tells whoever connects where the gateway is, and ends itself, the cluster and the folder once nobody
 * has been connected for a while. A test process that dies takes its connection with it, so nothing stays behind.
 */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { startCluster } from "./cluster.ts";

/** Test files of one run follow each other more closely than that. */
const IDLE_MS = 15_000;
/** Whatever happens, not for longer than any run of the tests. */
const LIFE_MS_MAX = 2 * 60 * 60_000;

const folder = process.argv[2];
if (folder === undefined) throw new Error("the folder is missing");

const starting = startCluster(join(folder, "cluster"));
const connected = new Set<Socket>();
let ending = false;
let idle = endIn(IDLE_MS + 120_000);

const server = createServer((socket) => {
  connected.add(socket);
  clearTimeout(idle);
  socket.on("error", () => socket.destroy()); // the test process has died; `close` follows
  socket.on("close", () => {
    connected.delete(socket);
    if (connected.size === 0) idle = endIn(IDLE_MS);
  });
  starting.then(
    (cluster) => socket.write(`${JSON.stringify({ port: cluster.port, folder: cluster.folder })}\n`),
    (error: unknown) => socket.end(`${JSON.stringify({ error: String(error) })}\n`),
  );
});
server.listen(join(folder, "socket"));
endIn(LIFE_MS_MAX);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void end());

function endIn(delay_ms: number): NodeJS.Timeout {
  return setTimeout(() => void end(), delay_ms);
}

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  server.close();
  for (const socket of connected) socket.destroy();
  const cluster = await starting.catch(() => undefined); // it has told its clients and stopped itself
  await cluster?.stop();
  if (existsSync(folder as string)) await rm(folder as string, { recursive: true, force: true });
  process.exit(0);
}
