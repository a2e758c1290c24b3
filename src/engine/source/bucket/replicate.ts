import { createHash, type Hash } from "node:crypto";
import { asHoldfastError, type Clock, hasCode } from "../../../base/index.ts";
import { BucketClient, type BucketPlace } from "./client.ts";
import { byKey, type KeyPair, pairs, placeId, stepsOf, verdict } from "./compare.ts";
import { bucketError } from "./errors.ts";
import { type ListedVersion, listVersions } from "./listing.ts";
import { Together } from "./together.ts";
import { markOf, remove, transfer, type Way } from "./transfer.ts";

const TOGETHER = 16;
/** Keys that were found behind and wait: the comparison runs ahead of the copying by so many. */
const WAITING_MAX = 20_000;
/** Newest versions in the target that are asked what they were made from, before nobody is believed to know. */
const LOOKS_MAX = 20;
const CONFIRMED_MAX = 200_000;

export interface ReplicaOptions {
  readonly source: { readonly place: BucketPlace; readonly prefix: string };
  readonly target: BucketPlace;
  readonly deletes: "replicate" | "keep";
  readonly locks: boolean;
  readonly clock: Clock;
}

/** What is known to be missing in the target now. */
export interface Backlog {
  readonly keys: number;
  readonly bytes: number;
  /** When the oldest change that is missing was made; `null`: nothing is known to be missing. */
  readonly oldest_ms: number | null;
  /** The comparison has not come to its end: there may be more. */
  readonly more: boolean;
}

export interface ReplicaCounts {
  copied: number;
  copied_bytes: number;
  deleted: number;
  /** Keys in the target that somebody else wrote to. */
  conflicts: number;
  failed: number;
}

export interface KeysReport extends ReplicaCounts {
  readonly begun_ms: number;
  /** The first of the keys that could not be replicated, and why. */
  readonly failure: { readonly key: string; readonly message: string } | null;
}

export interface PassReport extends KeysReport {
  /** Of the whole listing of the source; the same again when nothing changed. */
  readonly fingerprint: string;
  readonly versions: number;
}

/** Works of one pass, and what came of them. */
class Work {
  readonly counts: ReplicaCounts = { copied: 0, copied_bytes: 0, deleted: 0, conflicts: 0, failed: 0 };
  readonly together: Together;
  readonly #signal: AbortSignal | undefined;
  failure: KeysReport["failure"] = null;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.together = new Together(TOGETHER, signal, WAITING_MAX);
  }

  /** What concerns one key does not keep the others waiting. */
  start(key: string, work: () => Promise<void>): Promise<void> {
    return this.together.start(async () => {
      try {
        await work();
      } catch (error) {
        this.#signal?.throwIfAborted();
        if (hasCode(error, "BUCKET_UNREACHABLE")) throw error;
        this.counts.failed++;
        this.failure ??= { key, message: asHoldfastError(error).message };
      }
    });
  }
}

interface Waiting {
  readonly work: Work;
  readonly bytes: number;
  readonly oldest_ms: number;
}

/**
 * Keeps a bucket like another one, version by version. One at a time works for a target; its pass and its keys may run
 * at the same time.
 */
export class Replica {
  readonly #o: ReplicaOptions;
  readonly #way: Omit<Way, "signal" | "locks_after_ms">;
  /** Keys whose newest version was seen in the target: no need to look again. */
  readonly #confirmed = new Map<string, string>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #busy = new Map<string, Promise<void>>();
  /** Keys that were told of while a pass is under way: what it listed of them is old. */
  readonly #touched = new Set<string>();
  #listing = false;
  #passing = false;

  private constructor(options: ReplicaOptions, way: Omit<Way, "signal" | "locks_after_ms">) {
    this.#o = options;
    this.#way = way;
  }

  /** @throws BUCKET_UNREACHABLE, BUCKET_DENIED, REPLICA_KEEPS_NO_VERSIONS, STORE_BAD_CONFIG */
  static async open(options: ReplicaOptions): Promise<Replica> {
    const { source, target, clock } = options;
    const from = await BucketClient.open(source.place, clock);
    try {
      const to = await BucketClient.open(target, clock);
      try {
        const versions = (await from.versioning()) !== undefined;
        if ((await to.versioning()) !== "Enabled") {
          const message = `the bucket ${target.bucket} keeps no versions: what is deleted or overwritten in ${source.place.bucket} would be lost in both`;
          throw bucketError("REPLICA_KEEPS_NO_VERSIONS", message, { bucket: target.bucket });
        }
        const ids = { source_id: placeId(source.place), target_id: placeId(target) };
        return new Replica(options, { source: from, target: to, versions, ...ids });
      } catch (error) {
        to.close();
        throw error;
      }
    } catch (error) {
      from.close();
      throw error;
    }
  }

  close(): void {
    this.#way.source.close();
    this.#way.target.close();
  }

  get backlog(): Backlog {
    let [bytes, oldest_ms]: [number, number | null] = [0, null];
    for (const each of this.#waiting.values()) {
      bytes += each.bytes;
      oldest_ms = Math.min(oldest_ms ?? each.oldest_ms, each.oldest_ms);
    }
    return { keys: this.#waiting.size, bytes, oldest_ms, more: this.#listing };
  }

  /**
   * Compares both buckets whole, and brings over what is missing.
   * @param since_ms when the last complete pass began; `null`: there was none
   * @throws BUCKET_UNREACHABLE, BUCKET_DENIED; what concerns one key is in the report
   */
  async pass(since_ms: number | null, signal?: AbortSignal): Promise<PassReport> {
    const { clock, source } = this.#o;
    const begun_ms = clock.now_ms();
    const hash = createHash("sha256");
    let versions = 0;
    const listed = this.#listed("source", source.prefix, signal);
    const work = new Work(signal);
    [this.#listing, this.#passing] = [true, true];
    try {
      for await (const pair of pairs(listed, this.#listed("target", source.prefix, signal))) {
        versions += pair.source.length;
        for (const version of pair.source) digest(hash, version);
        const found = this.#verdict(pair, since_ms);
        if (found === "same") continue;
        if (found === "behind") this.#waiting.set(pair.key, waitingOf(pair, work));
        await work.start(pair.key, () =>
          this.#alone(pair.key, async () => {
            if (!this.#touched.has(pair.key)) return this.#bring(pair, work, signal);
            const fresh = await this.#pairOf(pair.key, signal);
            if (this.#verdict(fresh, null) !== "same") await this.#bring(fresh, work, signal);
          }),
        );
      }
      this.#listing = false;
      await work.together.end();
    } finally {
      this.#listing = false;
      await this.#settle(work);
      this.#passing = false;
      this.#touched.clear();
    }
    return { ...work.counts, failure: work.failure, fingerprint: hash.digest("hex"), versions, begun_ms };
  }

  /**
   * Only these keys, e.g. those that the service told of, each with when it was told.
   * @throws BUCKET_UNREACHABLE; what concerns one key is in the report
   */
  async keys(told: ReadonlyMap<string, number>, signal?: AbortSignal): Promise<KeysReport> {
    const begun_ms = this.#o.clock.now_ms();
    const work = new Work(signal);
    try {
      for (const [key, at_ms] of told) {
        if (!key.startsWith(this.#o.source.prefix)) continue;
        this.#waiting.set(key, { work, bytes: 0, oldest_ms: at_ms });
        await work.start(key, () =>
          this.#alone(key, async () => {
            const pair = await this.#pairOf(key, signal);
            const found = this.#verdict(pair, null);
            if (found === "behind") this.#waiting.set(key, waitingOf(pair, work));
            if (found === "same") return;
            this.#touched.add(key);
            await this.#bring(pair, work, signal);
          }),
        );
      }
      await work.together.end();
    } finally {
      await this.#settle(work);
      if (!this.#passing) this.#touched.clear();
    }
    return { ...work.counts, failure: work.failure, begun_ms };
  }

  async #settle(work: Work): Promise<void> {
    await work.together.settle();
    for (const [key, each] of this.#waiting) if (each.work === work) this.#waiting.delete(key);
  }

  /** One work at a time for a key; it waits no more once it is done. */
  async #alone(key: string, work: () => Promise<void>): Promise<void> {
    for (let before = this.#busy.get(key); before !== undefined; before = this.#busy.get(key)) await before;
    const running = work().finally(() => {
      this.#busy.delete(key);
      this.#waiting.delete(key);
    });
    this.#busy.set(
      key,
      running.catch(() => undefined), // told to whoever started it
    );
    await running;
  }

  async #pairOf(key: string, signal: AbortSignal | undefined): Promise<KeyPair> {
    const source = await this.#versionsOf("source", key, signal);
    return { key, source, target: await this.#versionsOf("target", key, signal) };
  }

  #verdict(pair: KeyPair, since_ms: number | null): "same" | "behind" | "look" {
    const found = verdict(pair, since_ms, this.#o.deletes);
    return found === "look" && this.#isConfirmed(pair) ? "same" : found;
  }

  async #bring(pair: KeyPair, work: Work, signal: AbortSignal | undefined): Promise<void> {
    const { counts } = work;
    const { deletes, locks, clock } = this.#o;
    const way = { ...this.#way, signal, locks_after_ms: locks ? clock.now_ms() : undefined };
    let marked: { at: number; mark: NonNullable<Awaited<ReturnType<typeof markOf>>> } | undefined;
    let looks = 0;
    for (const [at, version] of pair.target.entries()) {
      if (version.marker) continue;
      if (++looks > LOOKS_MAX) break;
      const mark = await markOf(way, version);
      if (mark === undefined) continue;
      marked = { at, mark };
      break;
    }
    const { steps, conflict } = stepsOf(pair, marked, deletes);
    if (conflict) counts.conflicts++;
    if (steps.length > 0 && !this.#waiting.has(pair.key)) this.#waiting.set(pair.key, waitingOf(pair, work));
    for (const { version, action } of steps) {
      signal?.throwIfAborted();
      if (action === "delete") {
        await remove(way, pair.key);
        counts.deleted++;
        continue;
      }
      const bytes = await transfer(way, version);
      if (bytes === undefined) continue; // gone since it was listed; the next look sees what there is instead
      counts.copied++;
      counts.copied_bytes += bytes;
    }
    this.#confirm(pair);
  }

  #isConfirmed({ key, source, target }: KeyPair): boolean {
    const [from, to] = [source[0], target[0]];
    if (from === undefined || to === undefined || from.marker !== to.marker) return false;
    return this.#confirmed.get(key) === identity(from, source.length);
  }

  #confirm({ key, source }: KeyPair): void {
    const [from] = source;
    if (from === undefined) return;
    this.#confirmed.delete(key);
    this.#confirmed.set(key, identity(from, source.length));
    if (this.#confirmed.size > CONFIRMED_MAX) this.#confirmed.delete(this.#confirmed.keys().next().value as string);
  }

  #listed(side: "source" | "target", prefix: string, signal: AbortSignal | undefined) {
    const { bucket, client } = this.#way[side];
    return listVersions({ bucket, client, call: this.#way[side].call.bind(this.#way[side]) }, prefix, signal);
  }

  async #versionsOf(side: "source" | "target", key: string, signal: AbortSignal | undefined) {
    // A key comes before all others that begin with it.
    for await (const group of byKey(this.#listed(side, key, signal))) return group.key === key ? group.versions : [];
    return [];
  }
}

function waitingOf({ source, target }: KeyPair, work: Work): Waiting {
  const last_ms = target[0]?.modified_ms ?? Number.NEGATIVE_INFINITY;
  const newer = source.filter(({ modified_ms }) => modified_ms > last_ms);
  const missing = newer.length > 0 ? newer : source.slice(0, 1);
  return {
    work,
    bytes: missing.reduce((sum, { size }) => sum + size, 0),
    oldest_ms: Math.min(...missing.map(({ modified_ms }) => modified_ms), Number.MAX_SAFE_INTEGER),
  };
}

function identity({ version_id, modified_ms, etag }: ListedVersion, count: number): string {
  return `${version_id} ${modified_ms} ${etag} ${count}`;
}

function digest(hash: Hash, { key, version_id, modified_ms, etag, marker }: ListedVersion): void {
  hash.update(`${key}\0${version_id}\0${modified_ms}\0${etag}\0${marker}\n`);
}

/** Of the whole listing of a bucket, to tell whether anything changed. @throws BUCKET_UNREACHABLE, BUCKET_DENIED */
export async function fingerprintOf(
  source: { readonly place: BucketPlace; readonly prefix: string },
  clock: Clock,
  signal?: AbortSignal,
): Promise<{ readonly fingerprint: string; readonly versions: number }> {
  const client = await BucketClient.open(source.place, clock);
  try {
    const hash = createHash("sha256");
    let versions = 0;
    const call = client.call.bind(client);
    const from = { bucket: client.bucket, client: client.client, call };
    for await (const version of listVersions(from, source.prefix, signal)) {
      digest(hash, version);
      versions++;
    }
    return { fingerprint: hash.digest("hex"), versions };
  } finally {
    client.close();
  }
}
