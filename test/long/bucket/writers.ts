import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A key and what it becomes; `null` deletes it. */
export type Change = readonly [key: string, text: string | null];

export interface WriterWork {
  readonly bucket: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly changes: readonly Change[];
}

const WRITER = fileURLToPath(new URL("./writer.ts", import.meta.url));
const PROCESSES = 4;
/** Changes handed over at a time. */
const BATCH = 2_000;

/** Several processes that change a bucket: one client's own work for a request is more than the gateway's. */
export class Writers {
  readonly #children: readonly ChildProcess[];
  readonly #place: Omit<WriterWork, "changes">;

  constructor(place: Omit<WriterWork, "changes">) {
    this.#place = place;
    this.#children = Array.from({ length: PROCESSES }, () => fork(WRITER, { stdio: "inherit" }));
  }

  /** Ends when all changes are made, in no order. A key may be named once. */
  async write(changes: readonly Change[]): Promise<void> {
    let at = 0;
    await Promise.all(
      this.#children.map(async (child) => {
        while (at < changes.length) {
          const batch = changes.slice(at, at + BATCH);
          at += BATCH;
          const answered = once(child, "message");
          child.send({ ...this.#place, changes: batch } satisfies WriterWork);
          const [answer] = (await answered) as [{ readonly error?: string }];
          if (answer.error !== undefined) throw new Error(answer.error);
        }
      }),
    );
  }

  close(): void {
    for (const child of this.#children) if (child.connected) child.disconnect();
  }
}
