import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { Clock } from "../../base/index.ts";
import { imageError } from "./errors.ts";

/** Requests that wait for their turn. */
const WAITING_MAX = 256;
const SAID_BYTES_MAX = 16 * 1024;
/** No file that the reader makes becomes larger (in blocks of 512 bytes): its own system takes 4 GiB, with holes. */
const FILE_BLOCKS_MAX = (16 * 1024 * 1024 * 1024) / 512;
const MEMORY_MIB = 512;

/**
 * guestfish with nothing of our environment but what steers libguestfs: what reads an image that may be hostile knows
 * no credentials. $1 is its own folder.
 */
const SCRIPT = `ulimit -c 0; ulimit -f ${FILE_BLOCKS_MAX}
for name in SUPERMIN_KERNEL SUPERMIN_MODULES LIBGUESTFS_PATH LIBGUESTFS_CACHEDIR LIBGUESTFS_HV \\
  LIBGUESTFS_BACKEND_SETTINGS; do
  eval "value=\\\${$name-}"; [ -n "$value" ] && set -- "$@" "$name=$value"
done
home=$1; settings=$2; shift 2
exec env -i PATH="$PATH" HOME="$home" TMPDIR="$home" LIBGUESTFS_BACKEND=direct LIBGUESTFS_MEMSIZE=${MEMORY_MIB} \
  "$@" \${settings:+"LIBGUESTFS_BACKEND_SETTINGS=$settings"} guestfish --no-progress-bars`;

export interface ShellOptions {
  /** Of its own; what it writes stays in it. */
  readonly folder: string;
  /** Run as somebody who may do nothing else; needs root. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** e.g. `force_tcg` */
  readonly settings?: string;
  readonly clock: Clock;
  readonly nonce: string;
}

export interface Answered {
  readonly bytes: Buffer;
  /** What it complained of; empty when all was well. */
  readonly said: string;
}

/** One guestfish: a command at a time, each with a limit of time and size. Whatever breaks a limit ends it. */
export class GuestShell {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #clock: Clock;
  readonly #end: Buffer;
  readonly #exited: Promise<void>;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #said = "";
  #pieces: Buffer[] = [];
  #length = 0;
  #tail: Buffer = Buffer.alloc(0);
  #wake: (() => void) | undefined;
  #over: string | undefined;

  constructor({ folder, user, settings = "", clock, nonce }: ShellOptions) {
    this.#clock = clock;
    this.#end = Buffer.from(`${nonce}\n`);
    this.#child = spawn("/bin/sh", ["-c", SCRIPT, "sh", folder, settings], {
      cwd: folder,
      detached: true, // a group of its own, so that QEMU ends with it
      stdio: ["pipe", "pipe", "pipe"],
      ...user,
    });
    this.#child.stdout.on("data", (bytes: Buffer) => {
      this.#pieces.push(bytes);
      this.#length += bytes.length;
      this.#tail = Buffer.concat([this.#tail, bytes.subarray(-this.#end.length)]).subarray(-this.#end.length);
      this.#wake?.();
    });
    this.#child.stderr.on("data", (bytes: Buffer) => {
      this.#said = (this.#said + bytes.toString()).slice(-SAID_BYTES_MAX);
    });
    this.#child.stdin.on("error", () => undefined); // its end is noticed where an answer is awaited
    this.#exited = new Promise((resolve) => {
      const over = (why: string) => {
        this.#over ??= why;
        this.#wake?.();
        resolve();
      };
      this.#child.once("error", (error) => over(error.message));
      this.#child.once("close", (code, signal) => over(`it ended with ${code ?? signal}`));
    });
  }

  /** Why nothing can be asked any more. */
  get over(): string | undefined {
    return this.#over;
  }

  /**
   * @param command a line of guestfish; with `-` before it, an error does not end the shell
   * @throws IMAGE_READER_FAILED, IMAGE_BUSY, IMAGE_FOLDER_TOO_LARGE
   */
  run(command: string, limit_ms: number, max_bytes: number): Promise<Answered> {
    if (this.#waiting >= WAITING_MAX)
      throw imageError("IMAGE_BUSY", `${this.#waiting} requests wait for this image already`);
    this.#waiting++;
    const turn = this.#turn.then(() => this.#ask(command, limit_ms, max_bytes));
    this.#turn = turn.catch(() => undefined);
    return turn.finally(() => this.#waiting--);
  }

  async #ask(command: string, limit_ms: number, max_bytes: number): Promise<Answered> {
    const end = this.#end;
    const begun_ms = this.#clock.monotonic_ms();
    [this.#pieces, this.#length, this.#tail, this.#said] = [[], 0, Buffer.alloc(0), ""];
    if (this.#over === undefined) this.#child.stdin.write(`${command}\necho ${end.toString()}`);
    for (;;) {
      if (this.#tail.equals(end)) break;
      if (this.#over !== undefined)
        throw imageError("IMAGE_READER_FAILED", `the reader of the image is gone: ${this.#over}: ${brief(this.#said)}`);
      if (this.#length > max_bytes + end.length) {
        this.kill("it answered too much");
        throw imageError("IMAGE_FOLDER_TOO_LARGE", `an answer has more than ${max_bytes} bytes`);
      }
      if (this.#clock.monotonic_ms() - begun_ms > limit_ms) {
        this.kill(`no answer within ${Math.round(limit_ms / 1000)} s`);
        continue;
      }
      await this.#more(limit_ms);
    }
    // What it complained of was written before its answer's end: it is there by now, and read in this turn of the loop.
    await new Promise((resolve) => setImmediate(resolve));
    return { bytes: Buffer.concat(this.#pieces, this.#length - end.length), said: this.#said };
  }

  async #more(limit_ms: number): Promise<void> {
    const stop = new AbortController();
    await Promise.race([
      new Promise<void>((resolve) => {
        this.#wake = resolve;
      }),
      this.#clock.sleep(limit_ms, stop.signal).catch(() => undefined),
    ]);
    this.#wake = undefined;
    stop.abort();
  }

  kill(why: string): void {
    this.#over ??= why;
    this.#wake?.();
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      this.#child.kill("SIGKILL"); // the group went in this moment
    }
  }

  async close(): Promise<void> {
    this.kill("it was closed");
    await this.#exited;
  }
}

/** The gist of what guestfish says, in one line. */
export function brief(said: string): string {
  const lines = said
    .replace(/^\*stdin\*:\d+: /gm, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(To see full|Do:|export |and run the|or |into a bug|dmesg)/.test(line));
  return lines.join(" ").slice(0, 600);
}
