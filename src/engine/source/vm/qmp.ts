import { type Clock, hasCode } from "../../../base/index.ts";
import { vmError } from "./errors.ts";
import { JsonLines, type Message, within } from "./json-lines.ts";

const CONNECT_MS = 5_000;
const COMMAND_MS = 60_000;

type Arguments = Readonly<Record<string, unknown>>;

/** A monitor of QEMU. One client at a time: QEMU leaves the second one waiting. */
export class QmpClient {
  readonly #lines: JsonLines;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #next = 1;
  #greeting: (() => void) | undefined;

  private constructor(lines: JsonLines, clock: Clock) {
    this.#lines = lines;
    this.#clock = clock;
    lines.onMessage = (message) => this.#take(message);
    lines.onEnd = (error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
  }

  /** @throws VM_UNREACHABLE, VM_MONITOR_BUSY */
  static async connect(path: string, clock: Clock): Promise<QmpClient> {
    const lines = await JsonLines.connect(path, clock, CONNECT_MS);
    const client = new QmpClient(lines, clock);
    const greeted = new Promise<void>((resolve, reject) => {
      client.#greeting = resolve;
      client.#waiting.set(0, { resolve: () => undefined, reject });
    });
    try {
      await within(clock, CONNECT_MS, greeted, `the monitor at ${path} does not greet`);
      client.#waiting.delete(0);
      await client.execute("qmp_capabilities");
      return client;
    } catch (error) {
      lines.close();
      if (!hasCode(error, "VM_TIMEOUT")) throw error;
      throw vmError("VM_MONITOR_BUSY", `the monitor at ${path} serves another client`, { path }, error);
    }
  }

  /** @throws VM_COMMAND_FAILED, VM_TIMEOUT, VM_UNREACHABLE */
  async execute<T = unknown>(command: string, args?: Arguments, timeout_ms = COMMAND_MS): Promise<T> {
    const id = this.#next++;
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    answered.catch(() => undefined);
    try {
      this.#lines.send({ execute: command, id, ...(args === undefined ? {} : { arguments: args }) });
      return (await within(this.#clock, timeout_ms, answered, `QEMU did not finish ${command}`)) as T;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** As {@link execute}; a refusal is `undefined`. */
  async attempt<T = unknown>(command: string, args?: Arguments): Promise<T | undefined> {
    try {
      return await this.execute<T>(command, args);
    } catch (error) {
      if (hasCode(error, "VM_COMMAND_FAILED")) return undefined;
      throw error;
    }
  }

  close(): void {
    this.#lines.close();
  }

  #take(message: Message): void {
    if ("QMP" in message) return this.#greeting?.();
    const waiting = this.#waiting.get(message["id"] as number);
    if (waiting === undefined) return; // events
    const error = message["error"] as { readonly class: string; readonly desc: string } | undefined;
    if (error === undefined) waiting.resolve(message["return"]);
    else waiting.reject(vmError("VM_COMMAND_FAILED", `QEMU says: ${error.desc}`, { class: error.class }));
  }
}
