import { connect, type Socket } from "node:net";
import type { Clock } from "../../../base/index.ts";
import { vmError } from "./errors.ts";

/** No answer of QEMU or its agent is longer; query-named-block-nodes of a large machine is about 1 MiB. */
const LINE_MAX = 32 * 1024 * 1024;

export type Message = Readonly<Record<string, unknown>>;

/** JSON objects, a line each, over a unix socket. */
export class JsonLines {
  readonly path: string;
  readonly #socket: Socket;
  #rest = "";
  #ended: Error | undefined;
  onMessage: (message: Message) => void = () => undefined;
  onEnd: (error: Error) => void = () => undefined;

  private constructor(path: string, socket: Socket) {
    this.path = path;
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#take(text));
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end(new Error("it was closed")));
  }

  /** @throws VM_UNREACHABLE, VM_TIMEOUT */
  static async connect(path: string, clock: Clock, timeout_ms: number): Promise<JsonLines> {
    const socket = connect(path);
    const opened = new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (error) =>
        reject(vmError("VM_UNREACHABLE", `nothing answers at ${path}: ${error.message}`, { path }, error)),
      );
    });
    try {
      await within(clock, timeout_ms, opened, `${path} does not accept a connection`);
      return new JsonLines(path, socket);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  get ended(): Error | undefined {
    return this.#ended;
  }

  send(message: Message, prefix: Buffer = Buffer.alloc(0)): void {
    if (this.#ended !== undefined) throw this.#ended;
    this.#socket.write(Buffer.concat([prefix, Buffer.from(`${JSON.stringify(message)}\n`)]));
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() as string;
    if (this.#rest.length > LINE_MAX) return void this.#socket.destroy(new Error("its answer does not end"));
    for (const line of lines) {
      const message = parse(line);
      if (message !== undefined) this.onMessage(message);
    }
  }

  #end(cause: Error): void {
    if (this.#ended !== undefined) return;
    const error = vmError("VM_UNREACHABLE", `${this.path} is gone: ${cause.message}`, { path: this.path }, cause);
    this.#ended = error;
    this.onEnd(error);
  }
}

/** The byte 0xFF, which no UTF-8 has: what the agent puts before its answer to a delimited sync. */
const DELIMITER = "\ufffd";

/** What is no JSON is left over from before us: the agent's channel is shared and has no beginning. */
function parse(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line.slice(line.lastIndexOf(DELIMITER) + 1));
    return typeof value === "object" && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

/** Bounds a wait. @throws VM_TIMEOUT */
export async function within<T>(clock: Clock, limit_ms: number, work: Promise<T>, what: string): Promise<T> {
  const stop = new AbortController();
  const late = clock.sleep(limit_ms, stop.signal).then(() => {
    throw vmError("VM_TIMEOUT", `${what}, within ${Math.round(limit_ms / 1000)} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}
