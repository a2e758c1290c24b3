import { availableParallelism } from "node:os";
import { parentPort, Worker, type TransferListItem } from "node:worker_threads";
import {
  asHoldfastError,
  deserializeError,
  errorCatalogue,
  laterIfAlive,
  type SerializedError,
  systemClock,
} from "../../base/index.ts";

const pipelineError = errorCatalogue({
  WORKER_DIED: {
    fault: "operational",
    retry: "soon",
    guidance:
      "A worker thread ended unexpectedly (out of memory?). Look at the log; run again with more memory or fewer threads.",
  },
});

/** One per core, at most 4: beyond that one repository's index and one disk are the limit. */
export function defaultThreads(): number {
  return Math.max(1, Math.min(4, availableParallelism()));
}

type ToWorker = { readonly kind: "start" | "task" | "end"; readonly task: number; readonly body: unknown };
type FromWorker =
  | { readonly kind: "done"; readonly task: number; readonly body: unknown }
  | { readonly kind: "failed"; readonly task: number; readonly error: SerializedError }
  | { readonly kind: "event"; readonly body: unknown }
  | { readonly kind: "ended" };

const CLOSE_MS = 2000;
/** Threads that may wait for the next operation of their kind, and how long; each keeps some 20 MiB meanwhile. */
const SPARE_POOLS_MAX = 2;
const SPARE_MS = 20_000;

interface Waiting {
  resolve(body: unknown): void;
  reject(error: unknown): void;
}

interface Member {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

export interface PoolOptions {
  /** Module the threads run; it calls {@link serveTasks}. */
  readonly module: URL;
  readonly threads: number;
  /** Tasks a thread may have at once: one under way, the others waiting so that it never idles. */
  readonly tasks_per_thread?: number;
}

/**
 * Of what a thread has made lately. Left to itself V8 takes 48 MiB for it, and buffers that nobody needs wait there.
 */
const YOUNG_MIB = 12;

/** Worker threads that answer tasks. A thread's failure fails its tasks; a thread that dies fails all of them. */
export class WorkerPool {
  readonly #members: Member[] = [];
  readonly #limit: number;
  #next_task = 1;
  #free: (() => void)[] = [];
  #dead: Error | undefined;
  #closing = false;
  #onEvent: ((body: unknown) => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    this.#limit = options.tasks_per_thread ?? 2;
    for (let thread = 0; thread < options.threads; thread++) {
      const worker = new Worker(options.module, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
      const member: Member = { worker, waiting: new Map() };
      worker.on("message", (message: FromWorker) => this.#onMessage(member, message));
      worker.on("error", (error) => this.#onDeath(error));
      worker.on("exit", (code) => {
        if (!this.#closing)
          this.#onDeath(pipelineError("WORKER_DIED", `worker thread ${thread} ended with code ${code}`));
      });
      this.#members.push(member);
    }
  }

  /**
   * Tells every thread what it works on; once, before the first task (and once more after each {@link finish}).
   * @param onEvent hears what threads tell outside of answers
   * @returns when all are ready; tasks may be given before
   */
  async start(data: object, onEvent?: (body: unknown) => void): Promise<void> {
    this.#onEvent = onEvent;
    await Promise.all(this.#members.map((member) => this.#send(member, data, [], "start")));
  }

  /** May the process end while the threads idle? By default not. */
  keepsProcess(keeps: boolean): void {
    for (const { worker } of this.#members) {
      if (keeps) worker.ref();
      else worker.unref();
    }
  }

  get threads(): number {
    return this.#members.length;
  }

  #onMessage(member: Member, message: FromWorker): void {
    if (message.kind === "event") return this.#onEvent?.(message.body);
    if (message.kind === "ended") return;
    const waiting = member.waiting.get(message.task);
    member.waiting.delete(message.task);
    if (message.kind === "done") waiting?.resolve(message.body);
    else waiting?.reject(deserializeError(message.error));
    this.#free.shift()?.();
  }

  #onDeath(error: Error): void {
    this.#dead ??= asHoldfastError(error);
    for (const member of this.#members) {
      for (const waiting of member.waiting.values()) waiting.reject(this.#dead);
      member.waiting.clear();
    }
    for (const wake of this.#free.splice(0)) wake();
  }

  /** Resolves when a thread can take a task; with {@link run} right after it, tasks never pile up. */
  async available(): Promise<void> {
    while (this.#dead === undefined && this.#leastLoaded().waiting.size >= this.#limit) {
      await new Promise<void>((resolve) => this.#free.push(resolve));
    }
    if (this.#dead !== undefined) throw this.#dead;
  }

  get canTake(): boolean {
    return this.#leastLoaded().waiting.size < this.#limit;
  }

  #leastLoaded(): Member {
    let least = this.#members[0] as Member;
    for (const member of this.#members) if (member.waiting.size < least.waiting.size) least = member;
    return least;
  }

  /** Gives the task to the least loaded thread. */
  run<Result>(task: unknown, transfer?: TransferListItem[]): Promise<Result> {
    return this.#send(this.#leastLoaded(), task, transfer);
  }

  /** Gives the task to every thread, after what each has to do already. */
  broadcast<Result>(task: unknown): Promise<Result[]> {
    return Promise.all(this.#members.map((member) => this.#send<Result>(member, task)));
  }

  #send<Result>(
    member: Member,
    body: unknown,
    transfer: TransferListItem[] = [],
    kind: ToWorker["kind"] = "task",
  ): Promise<Result> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const task = this.#next_task++;
    return new Promise<Result>((resolve, reject) => {
      member.waiting.set(task, { resolve: resolve as (body: unknown) => void, reject });
      const message: ToWorker = { kind, task, body };
      member.worker.postMessage(message, transfer);
    });
  }

  /**
   * Ends all threads. Each has a moment to come to the end of its tasks and close what it has open (descriptors outlive
   * a thread); one that takes longer is ended whatever it does.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing = true;
    await this.finish();
    await Promise.all(this.#members.map((member) => member.worker.terminate()));
  }

  /**
   * Lets every thread come to the end of its tasks and close what it has open; then it can be started anew.
   * @returns false when they did not all do so within a moment
   */
  async finish(): Promise<boolean> {
    const stop = new AbortController();
    const late = systemClock.sleep(CLOSE_MS, stop.signal).then(
      () => false,
      () => false,
    );
    const ended = this.#members.map(({ worker }) => {
      const end = new Promise<void>((resolve) => {
        const onMessage = ({ kind }: FromWorker) => kind === "ended" && done();
        const done = () => {
          worker.off("exit", done);
          worker.off("message", onMessage);
          resolve();
        };
        worker.once("exit", done);
        worker.on("message", onMessage);
      });
      worker.postMessage({ kind: "end", task: 0, body: undefined } satisfies ToWorker);
      return end;
    });
    const in_time = this.#dead === undefined && (await Promise.race([late, Promise.all(ended).then(() => true)]));
    stop.abort();
    this.#onEvent = undefined;
    return in_time && this.usable;
  }

  /** Are all threads there, and idle? */
  get usable(): boolean {
    return this.#dead === undefined && this.#members.every(({ waiting }) => waiting.size === 0);
  }
}

/** An answer whose memory moves to the main thread instead of being copied. */
export class Transferred {
  readonly body: unknown;
  readonly transfer: readonly TransferListItem[];
  constructor(body: unknown, transfer: readonly TransferListItem[]) {
    this.body = body;
    this.transfer = transfer;
  }
}

/**
 * The threads of one kind of operation. Starting some takes a tenth of a second of each core, most of it for loading
 * modules: more than a small backup needs for all the rest.
 */
export class ThreadSource {
  readonly #module: URL;
  readonly #spare: { readonly pool: WorkerPool; readonly stay: () => void }[] = [];

  /** @param module what the threads run; it calls {@link serveTasks} */
  constructor(module: URL) {
    this.#module = module;
  }

  /**
   * Starts the threads of the next operation already, so that they load their modules while its caller derives keys:
   * about 0.1 s of a command's life. They keep no process alive.
   */
  warmUp(threads: number): void {
    if (this.#spare.length === 0) this.#keep(new WorkerPool({ module: this.#module, threads }));
  }

  /**
   * Threads for an operation: spare ones when they are as many as wanted. The caller gives the pool back or closes it.
   */
  take(threads: number): WorkerPool {
    for (const spare of this.#spare.filter(({ pool }) => pool.threads === threads)) {
      this.#forget(spare.pool);
      if (spare.pool.usable) {
        spare.pool.keepsProcess(true);
        return spare.pool;
      }
      void spare.pool.close();
    }
    return new WorkerPool({ module: this.#module, threads });
  }

  /**
   * After an operation that succeeded: its threads close what they have open and wait a while for the next one, unless
   * others do. After a failure they are closed instead, whatever state they are in.
   */
  async giveBack(pool: WorkerPool): Promise<void> {
    if (this.#spare.length < SPARE_POOLS_MAX && pool.usable && (await pool.finish())) this.#keep(pool);
    else await pool.close();
  }

  #keep(pool: WorkerPool): void {
    pool.keepsProcess(false);
    const stay = laterIfAlive(SPARE_MS, () => {
      this.#forget(pool);
      void pool.close();
    });
    this.#spare.push({ pool, stay });
  }

  #forget(pool: WorkerPool): void {
    const at = this.#spare.findIndex((spare) => spare.pool === pool);
    this.#spare.splice(at, 1)[0]?.stay();
  }
}

/** What a thread does once it knows what it works on. */
export interface TaskServer<Task> {
  handle(task: Task): unknown;
  /** Closes what the thread has open. */
  close?(): unknown;
}

/** Worker side: answers tasks one after the other. @param begin what {@link WorkerPool.start} was given */
export function serveTasks<Start, Task>(begin: (start: Start) => Promise<TaskServer<Task>>): void {
  const port = parentPort;
  if (port === null) throw new Error("serveTasks runs in a worker thread only");
  let server: Promise<TaskServer<Task>> | undefined;
  const perform = async ({ kind, body }: ToWorker): Promise<unknown> => {
    if (kind === "start") {
      server = begin(body as Start);
      await server;
      return undefined;
    }
    if (server === undefined) throw new Error("a task came before the start");
    return (await server).handle(body as Task);
  };
  let last: Promise<void> = Promise.resolve();
  port.on("message", (message: ToWorker) => {
    last = last.then(async () => {
      if (message.kind === "end") {
        await server?.then((begun) => begun.close?.()).catch(() => undefined); // why it did not start is told already
        server = undefined;
        return port.postMessage({ kind: "ended" } satisfies FromWorker);
      }
      const { task } = message;
      try {
        const result = await perform(message);
        const [answer, transfer] = result instanceof Transferred ? [result.body, result.transfer] : [result, []];
        port.postMessage({ kind: "done", task, body: answer } satisfies FromWorker, [...transfer]);
      } catch (error) {
        port.postMessage({ kind: "failed", task, error: asHoldfastError(error).toJSON() } satisfies FromWorker);
      }
    });
  });
}

/** Worker side: tells the main thread something outside of an answer. */
export function tellMain(body: unknown, transfer: readonly TransferListItem[] = []): void {
  parentPort?.postMessage({ kind: "event", body } satisfies FromWorker, [...transfer]);
}

/** A Uint8Array that crossed a thread boundary, as the Buffer it was. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
