/** Asks an API for what it is told over its channel, with so many connections at once. */
import { Agent, get } from "node:http";
import type { Answered } from "./load.ts";

interface Task {
  readonly url: string;
  readonly token: string;
  readonly paths: readonly string[];
  readonly clients: number;
  readonly rounds?: number;
  readonly seconds?: number;
}

process.once("message", (message) => void measure(message as Task));

async function measure(task: Task): Promise<void> {
  const { url, token, paths, clients, rounds, seconds } = task;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const answered: Answered[] = [];
  const ask = (path: string) =>
    new Promise<void>((done) => {
      const started_ms = performance.now();
      const end = (status: number) => {
        answered.push({ path, ms: performance.now() - started_ms, status });
        done();
      };
      const request = get(`${url}${path}`, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
        response.resume();
        response.once("end", () => end(response.statusCode ?? 0));
      });
      request.once("error", () => end(0));
    });
  const until_ms = performance.now() + (seconds ?? 0) * 1000;
  const client = async (first: number) => {
    if (rounds !== undefined) {
      for (let n = 0; n < rounds; n++) for (const path of paths) await ask(path);
      return;
    }
    for (let n = first; performance.now() < until_ms; n++) await ask(paths[n % paths.length] ?? "");
  };
  await Promise.all(Array.from({ length: clients }, (_, n) => client(n)));
  process.send?.(answered, () => process.exit(0));
}
