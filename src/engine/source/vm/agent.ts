import type { Clock } from "../../../base/index.ts";
import { vmError } from "./errors.ts";
import { JsonLines, type Message, within } from "./json-lines.ts";

const CONNECT_MS = 3_000;
const COMMAND_MS = 10_000;
/** No UTF-8 has this byte: the agent forgets what came before it. */
const DELIMITER = Buffer.from([0xff]);

/** The agent inside a guest, over its virtio-serial channel. */
export class GuestAgent {
  readonly #lines: JsonLines;
  readonly #clock: Clock;
  #answer: ((message: Message) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  private constructor(lines: JsonLines, clock: Clock) {
    this.#lines = lines;
    this.#clock = clock;
    lines.onMessage = (message) => this.#answer?.(message);
    lines.onEnd = (error) => this.#failed?.(error);
  }

  /** @throws VM_UNREACHABLE, VM_TIMEOUT: the channel is there with or without an agent behind it */
  static async connect(path: string, clock: Clock): Promise<GuestAgent> {
    const agent = new GuestAgent(await JsonLines.connect(path, clock, CONNECT_MS), clock);
    try {
      // What an earlier client left unread is skipped up to the answer with our number.
      const id = Math.floor(clock.now_ms() % 2 ** 31);
      await agent.#ask(
        { execute: "guest-sync-delimited", arguments: { id } },
        CONNECT_MS,
        DELIMITER,
        (m) => m["return"] === id,
      );
      return agent;
    } catch (error) {
      agent.close();
      throw error;
    }
  }

  /** Flushes and freezes the guest's file systems. @returns how many */
  freeze(timeout_ms: number): Promise<number> {
    return this.#execute("guest-fsfreeze-freeze", timeout_ms);
  }
  /** @returns how many were frozen */
  thaw(): Promise<number> {
    return this.#execute("guest-fsfreeze-thaw", COMMAND_MS);
  }
  status(): Promise<"thawed" | "frozen"> {
    return this.#execute("guest-fsfreeze-status", COMMAND_MS);
  }
  osInfo(): Promise<Readonly<Record<string, string>>> {
    return this.#execute("guest-get-osinfo", COMMAND_MS);
  }

  close(): void {
    this.#lines.close();
  }

  async #execute<T>(execute: string, timeout_ms: number): Promise<T> {
    const message = await this.#ask({ execute }, timeout_ms, undefined, (m) => "return" in m || "error" in m);
    const error = message["error"] as { readonly desc: string } | undefined;
    if (error !== undefined) throw vmError("VM_AGENT_FAILED", `the guest agent says: ${error.desc}`);
    return message["return"] as T;
  }

  async #ask(
    request: Message,
    limit_ms: number,
    prefix: Buffer | undefined,
    fits: (m: Message) => boolean,
  ): Promise<Message> {
    const answered = new Promise<Message>((resolve, reject) => {
      this.#answer = (message) => {
        if (fits(message)) resolve(message);
      };
      this.#failed = reject;
    });
    answered.catch(() => undefined);
    this.#lines.send(request, prefix);
    const name = String(request["execute"]);
    return within(this.#clock, limit_ms, answered, `the guest agent did not answer ${name}`);
  }
}
