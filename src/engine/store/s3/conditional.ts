import { storeError } from "../errors.ts";
import { sha256 } from "./client.ts";
import { SHA256_METADATA } from "./read.ts";
import type { Wire } from "./requests.ts";
import { head, removeVersion, versionsOf } from "./versions.ts";
import { type WriteOptions, write } from "./write.ts";

/**
 * "Only when there is none yet", on services that obey `If-None-Match: *` and on those that pass over it: Ceph up to at
 * least 16 ignores it in buckets with versions, without a word.
 */

/** Names beginning with a dot belong to stores (docs/format.md §1). */
const PROBE_KEY = ".probe/conditional-write";
const CLAIMS = ".claims/";
/** A claim this much older than ours is that of a dead writer: every request of a living one has ended long before. */
const CLAIM_DEAD_MS = 30 * 60_000;
const PAUSE_MS = 50;
/** So long we wait for the writer that was first; whoever repeats the put waits again. */
const WAIT_MS_MAX = 20_000;

/** 20 characters or more of hex digits or of base 32, at the end of a key, are drawn by chance. */
const randomName = /(^|[/_])[0-9a-z]{20,}$/;

/** Does the service obey `If-None-Match: *` in this bucket? Found out by trying; costs one or two small requests. */
export async function obeysConditions(wire: Wire): Promise<boolean> {
  const body = [Buffer.from("holdfast\n")];
  const first = await write(wire, PROBE_KEY, body, { if_none_match: true });
  if (first === "exists") return true;
  const second = await write(wire, PROBE_KEY, body, { if_none_match: true });
  if (second === "exists") return true;
  await removeOlder(wire, PROBE_KEY, second.version_id);
  return false;
}

/** Removes what stands below `version_id`, as far as no lock holds it. */
export async function removeOlder(wire: Wire, key: string, version_id: string | undefined): Promise<void> {
  if (version_id === undefined || version_id === "null") return; // nothing stays below in a bucket without versions
  const { versions } = await versionsOf(wire, key, `storing ${key}`);
  const own = versions.findIndex((version) => version.version_id === version_id);
  if (own < 0) return; // another writer has replaced ours and cleans up
  for (const { version_id: older } of versions.slice(own + 1).reverse()) {
    const found = await head(wire, key, older);
    if (found === undefined || found.legal_hold || (found.lock?.retain_until_ms ?? 0) > found.now_ms) continue;
    await removeVersion(wire, key, older);
  }
}

/**
 * Writes where nothing is yet, on a service that ignores conditions but keeps versions. The order of versions is the
 * judge: each service puts all versions of one key in one order, and the oldest was there first.
 *
 * A name drawn by chance has one writer; two copies of the same object may still meet. There the later version is
 * taken away again, and what a reader sees meanwhile is the same bytes.
 *
 * Any other name is claimed first: a small object `.claims/<key>`, whose oldest version wins, and whose writer alone
 * then writes the key. So no reader ever sees what the losers would have written. The winner looks for the key once
 * more after it won, since the writer before it may just have finished, and withdraws its claim at the end.
 */
export async function writeIfAbsent(
  wire: Wire,
  key: string,
  body: readonly Uint8Array[],
  options: Omit<WriteOptions, "if_none_match">,
): Promise<"written" | "exists"> {
  if (randomName.test(key)) return writeFirst(wire, key, body, options);
  const claim_id = await claim(wire, CLAIMS + key);
  try {
    const started_ms = wire.clock.monotonic_ms();
    for (;;) {
      const { versions } = await versionsOf(wire, CLAIMS + key, `storing ${key}`);
      if ((await head(wire, key)) !== undefined) return "exists";
      const own = versions.find((version) => version.version_id === claim_id);
      const oldest = versions.at(-1);
      if (own === undefined || oldest === undefined) {
        throw storeError("STORE_UNAVAILABLE", `the claim on ${key} in ${wire.description} is gone`, { key });
      }
      if (oldest === own) return await writeFirst(wire, key, body, options);
      if (own.modified_ms - oldest.modified_ms > CLAIM_DEAD_MS) {
        await removeVersion(wire, CLAIMS + key, oldest.version_id);
        continue;
      }
      if (wire.clock.monotonic_ms() - started_ms > WAIT_MS_MAX) {
        throw storeError("STORE_UNAVAILABLE", `another writer is storing ${key} in ${wire.description}`, { key });
      }
      await wire.clock.sleep(PAUSE_MS, options.signal);
    }
  } finally {
    await removeVersion(wire, CLAIMS + key, claim_id);
  }
}

/** Writes a claim and gives its version. One whose answer was lost is taken back: it would stand in everybody's way. */
async function claim(wire: Wire, key: string): Promise<string | undefined> {
  const body = [wire.random.bytes(16)];
  try {
    const written = await write(wire, key, body, { if_none_match: false });
    return written === "exists" ? undefined : written.version_id;
  } catch (failure) {
    try {
      const own = sha256(body).toString("hex");
      for (const { version_id } of (await versionsOf(wire, key, `storing ${key}`)).versions) {
        const found = await head(wire, key, version_id);
        if (found?.metadata[SHA256_METADATA] === own) await removeVersion(wire, key, version_id);
      }
    } catch (error) {
      if (failure instanceof Error) failure.message += ` (and its claim could not be taken back: ${String(error)})`;
    }
    throw failure;
  }
}

async function writeFirst(
  wire: Wire,
  key: string,
  body: readonly Uint8Array[],
  options: Omit<WriteOptions, "if_none_match">,
): Promise<"written" | "exists"> {
  const written = await write(wire, key, body, { ...options, if_none_match: false });
  if (written === "exists") return "exists";
  const { version_id } = written;
  const { versions } = await versionsOf(wire, key, `storing ${key}`);
  const own = versions.findIndex((version) => version.version_id === version_id);
  if (own === -1 || own === versions.length - 1) return "written"; // gone already: somebody deleted it since
  if (options.lock === undefined) await removeVersion(wire, key, version_id);
  return "exists";
}
