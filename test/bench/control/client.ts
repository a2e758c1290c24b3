/**
 * Asks an API for what it is told over its channel, over so many connections at once, each with one request under way.
 * Speaks HTTP/1.1 by itself: it shares the machine with what it measures, and node's own client takes several times
 * as much of it.
 */
import { connect, type Socket } from "node:net";
import { type Answered, type Asked, mixed } from "./mix.ts";

interface Task {
  readonly port: number;
  readonly asked: readonly Asked[];
  readonly clients: number;
  readonly rounds?: number;
  readonly seconds?: number;
}

process.once("message", (message) => void measure(message as Task));

async function measure(task: Task): Promise<void> {
  const { port, asked, clients, rounds, seconds } = task;
  const wire = asked.map(({ path, token }) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`),
  );
  const answered: Answered[] = [];
  const cpu = process.cpuUsage();
  const until_ms = performance.now() + (seconds ?? 0) * 1000;
  const goesOn = (n: number) => (rounds === undefined ? performance.now() < until_ms : n < rounds * wire.length);
  const client = async (number: number) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.setNoDelay(true);
    const answers = readAnswers(socket);
    for (let n = 0; goesOn(n); n++) {
      const at = rounds === undefined ? mixed(number, n) % wire.length : n % wire.length;
      const started_ms = performance.now();
      socket.write(wire[at] ?? "");
      const { status, bytes } = await answers();
      answered.push({ at, ms: performance.now() - started_ms, status, bytes });
      if (status === 0) return; // the connection is gone
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: clients }, (_, n) => client(n)));
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({ answered, cpu_us: user + system }, () => process.exit(0));
}

/** The answers on a connection, one a call; status 0 for one that is cut off or no HTTP. */
function readAnswers(socket: Socket): () => Promise<{ readonly status: number; readonly bytes: number }> {
  let held: Buffer = Buffer.alloc(0);
  let waiting: ((answer: { status: number; bytes: number }) => void) | undefined;
  const tell = (status: number, bytes: number) => {
    const done = waiting;
    waiting = undefined;
    done?.({ status, bytes });
  };
  socket.on("data", (data: Buffer) => {
    held = held.length === 0 ? data : Buffer.concat([held, data]);
    const end = held.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = held.toString("latin1", 0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) socket.destroy(new Error(`an answer without length: ${head}`));
    else if (held.length >= end + 4 + length) {
      held = held.subarray(end + 4 + length);
      tell(Number(head.slice(9, 12)), length);
    }
  });
  socket.on("error", () => tell(0, 0));
  socket.on("close", () => tell(0, 0));
  return () => new Promise((done) => (waiting = done));
}
