import { type Clock, HoldfastError, hasCode, type Random } from "../../base/index.ts";
import { openStore } from "./open.ts";
import type { Finding, Verdict } from "./finding.ts";
import type { LockMode, ObjectStore, StoreConfig } from "./port.ts";

/** What a store really does, found out by doing it. */
export interface StoreProbe {
  readonly store: string;
  /** Nothing bad was found: backups may be kept here. */
  readonly usable: boolean;
  /** Locks that the store was seen to enforce. */
  readonly lock_modes: readonly LockMode[];
  readonly findings: readonly Finding[];
}

export interface ProbeOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How long the locks of the probe run at first; they are extended once by as much. By default 6 s. */
  readonly lock_ms?: number;
}

const BODY_BYTES = 256 * 1024;
const LOCK_MS = 6_000;
/** Past the end of the lock by the clock of a storage that is a little behind. */
const AFTER_LOCK_MS = 2_000;
const MODES = ["GOVERNANCE", "COMPLIANCE"] as const;

/**
 * Writes, reads, lists, locks, tries to overwrite and to delete what is locked, and removes what it has written, under
 * `probe-<random>/`. Takes about ten seconds: that long its locks run. Whatever it cannot do becomes a finding.
 */
export async function probeStore(config: StoreConfig, options: ProbeOptions): Promise<StoreProbe> {
  const { clock, random, lock_ms = LOCK_MS } = options;
  const findings: Finding[] = [];
  const lock_modes: LockMode[] = [];
  const folder = `probe-${random.bytes(8).toString("hex")}`;
  const attempt = async (what: string, otherwise: Verdict, work: () => Promise<string>) => {
    try {
      findings.push({ what, verdict: "yes", detail: await work() });
      return true;
    } catch (error) {
      findings.push({ what, verdict: otherwise, detail: reasonOf(error) });
      return false;
    }
  };
  const store = await openStore(config, { ...options, retry: { attempts_max: 2 } });
  try {
    const body = random.bytes(BODY_BYTES);
    const written = await attempt("write, read, list, delete", "bad", () => roundTrip(store, folder, body));
    if (written) {
      await attempt("only when absent", "bad", () => onlyOnce(store, folder));
      const until_ms = Math.ceil(clock.now_ms() / 1000) * 1000 + lock_ms;
      const longer_ms = until_ms + lock_ms;
      const locked: string[] = [];
      for (const mode of MODES) {
        const key = `${folder}/locked-${mode.toLowerCase()}`;
        const held = await attempt(`lock ${mode}`, "no", async () => {
          const outcome = await lockAndAttack(store, key, mode, until_ms, longer_ms);
          locked.push(key);
          return outcome;
        });
        if (held) lock_modes.push(mode);
      }
      if (config.kind === "s3") {
        const { probeService } = await import("./s3/probe.ts"); // with a client that folders have no use for
        findings.push(...(await probeService(config, folder, { clock, random, locks: locked.length > 0, lock_ms })));
      }
      if (locked.length > 0) await clock.sleep(Math.max(0, longer_ms + AFTER_LOCK_MS - clock.now_ms()));
      await attempt("delete after the lock", "bad", async () => {
        for await (const { key } of store.list(`${folder}/`)) await store.delete(key);
        return locked.length === 0 ? "everything was removed" : "what was locked could be deleted after its date";
      });
    }
    return {
      store: store.description,
      usable: findings.every((finding) => finding.verdict !== "bad"),
      lock_modes,
      findings,
    };
  } finally {
    await store.close();
  }
}

async function roundTrip(store: ObjectStore, folder: string, body: Buffer): Promise<string> {
  const key = `${folder}/object`;
  await store.put(key, Buffer.from("to be replaced"));
  await store.put(key, body);
  if (!(await store.get(key)).equals(body)) throw new Error("what was read is not what was written");
  const part = await store.get(key, { offset_bytes: 1000, length_bytes: 1000 });
  if (!part.equals(body.subarray(1000, 2000))) throw new Error("a range gave other bytes than the whole");
  const listed: string[] = [];
  for await (const object of store.list(`${folder}/`)) listed.push(object.key);
  if (listed.join() !== key) throw new Error(`the listing shows ${listed.join(", ") || "nothing"}`);
  await store.delete(key);
  if ((await store.stat(key)) !== undefined) throw new Error("a deleted object is still there");
  return "an object was written, replaced, read whole and in part, listed and deleted";
}

async function onlyOnce(store: ObjectStore, folder: string): Promise<string> {
  const key = `${folder}/once`;
  const outcomes = await Promise.allSettled(
    ["a", "b", "c", "d"].map((body) => store.put(key, Buffer.from(body), { if_absent: true })),
  );
  const winners = outcomes.filter((outcome) => outcome.status === "fulfilled").length;
  await store.delete(key);
  if (winners !== 1) throw new Error(`${winners} of 4 writers at once were told that they were the first`);
  return "of 4 writers at once exactly one was told that it was the first";
}

async function lockAndAttack(
  store: ObjectStore,
  key: string,
  mode: LockMode,
  until_ms: number,
  longer_ms: number,
): Promise<string> {
  const lock = { mode, retain_until_ms: until_ms };
  await store.put(key, Buffer.from("locked"), { lock });
  await refused(store.delete(key), "deleted");
  await refused(store.put(key, Buffer.from("other")), "overwritten");
  await refused(store.lock(key, { mode, retain_until_ms: until_ms - 1000 }), "given a shorter lock");
  const longer = { mode, retain_until_ms: longer_ms };
  await store.lock(key, longer);
  const found = (await store.stat(key))?.lock;
  if (found?.retain_until_ms !== longer.retain_until_ms) throw new Error("an extended lock does not show");
  return "deleting, overwriting and shortening were refused; extending was not";
}

async function refused(work: Promise<void>, what: string): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (hasCode(error, "STORE_LOCKED")) return;
    throw error;
  }
  throw new Error(`a locked object could be ${what}`);
}

function reasonOf(error: unknown): string {
  if (error instanceof HoldfastError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
