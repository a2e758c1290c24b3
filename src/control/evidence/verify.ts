import { calculateJwkThumbprint, compactVerify, importJWK } from "jose";
import type { JWK } from "jose";
import { bundleSchema } from "./bundle.ts";
import type { EvidenceBundle } from "./bundle.ts";
import { evidenceError } from "./errors.ts";
import { headHash, HEAD_TYPE, nextDay } from "./heads.ts";
import type { HeadClaims } from "./heads.ts";
import { consistencyHolds, inclusionHolds, leafHash } from "./merkle.ts";

export interface EvidenceFinding {
  readonly code:
    | "KEY_DIFFERS"
    | "HEAD_SIGNATURE"
    | "HEAD_CHAIN"
    | "HEAD_INCONSISTENT"
    | "RECORD_ALTERED"
    | "RECORD_REMOVED"
    | "RECORD_MOVED";
  /** Leaf the finding is about, where it is about one. */
  readonly index: number | null;
  readonly day: string | null;
  readonly message: string;
}

export interface EvidenceVerdict {
  readonly ok: boolean;
  readonly fingerprint: string;
  /** False: nobody said which key to expect, so the bundle only agrees with itself. */
  readonly pinned: boolean;
  readonly records: number;
  readonly hidden_records: number;
  readonly from_day: string | null;
  readonly to_day: string | null;
  /** Days on which nothing happened. */
  readonly quiet_days: readonly string[];
  readonly findings: readonly EvidenceFinding[];
}

const FINDINGS_MAX = 1000;

/** Reads a bundle's text. @throws EVIDENCE_BUNDLE_UNREADABLE */
export function readBundle(text: string): EvidenceBundle {
  try {
    return bundleSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "";
    const message = `the file is no evidence bundle: ${why}`;
    throw evidenceError("EVIDENCE_BUNDLE_UNREADABLE", message, {}, error);
  }
}

/**
 * Proves a bundle with nothing but itself and the fingerprint that its reader has from elsewhere: no server, no
 * network. Every record that was removed, altered or moved is named.
 */
export async function verifyBundle(bundle: EvidenceBundle, fingerprint?: string): Promise<EvidenceVerdict> {
  const findings: EvidenceFinding[] = [];
  const add = (code: EvidenceFinding["code"], message: string, at: { index?: number; day?: string } = {}) => {
    if (findings.length < FINDINGS_MAX) findings.push({ code, index: at.index ?? null, day: at.day ?? null, message });
  };
  const own = await thumbprint(bundle.public_key);
  if (fingerprint !== undefined && own !== fingerprint) {
    add("KEY_DIFFERS", `the bundle is signed with key ${own}, not with ${fingerprint}`);
  }
  const heads = await readHeads(bundle, own, add);
  checkChain(bundle, heads, add);
  const last = heads.at(-1);
  if (last !== undefined) checkRecords(bundle, last, add);
  const days = heads.filter((head) => !head.interim);
  const quiet = days.filter((head, i) => {
    const before = days[i - 1];
    return before === undefined ? head.tree_size === 0 : head.tree_size === before.tree_size;
  });
  return {
    ok: findings.length === 0,
    fingerprint: own,
    pinned: fingerprint !== undefined,
    records: bundle.records.length,
    hidden_records: bundle.records.filter(({ record }) => record === null).length,
    from_day: heads[bundle.first_index > 0 ? 1 : 0]?.day ?? null,
    to_day: last?.day ?? null,
    quiet_days: quiet.map((head) => head.day),
    findings,
  };
}

type Add = (code: EvidenceFinding["code"], message: string, at?: { index?: number; day?: string }) => void;

async function thumbprint(key: EvidenceBundle["public_key"]): Promise<string> {
  try {
    return await calculateJwkThumbprint(key as JWK);
  } catch {
    return "unreadable"; // then no signature fits, and that is told
  }
}

async function readHeads(bundle: EvidenceBundle, fingerprint: string, add: Add): Promise<HeadClaims[]> {
  const heads: HeadClaims[] = [];
  for (const [i, jws] of bundle.heads.entries()) {
    try {
      const key = await importJWK(bundle.public_key as JWK, "EdDSA");
      const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ["EdDSA"] });
      const claims = JSON.parse(Buffer.from(payload).toString("utf8")) as HeadClaims;
      if (protectedHeader.typ !== HEAD_TYPE || claims.log_id !== fingerprint) throw new Error("it is of another log");
      heads.push(claims);
    } catch (error) {
      add("HEAD_SIGNATURE", `head ${i} is not what was signed: ${error instanceof Error ? error.message : ""}`);
    }
  }
  return heads;
}

function checkChain(bundle: EvidenceBundle, heads: readonly HeadClaims[], add: Add): void {
  if (heads.length !== bundle.heads.length) return; // told already
  if (bundle.consistency.length !== heads.length - 1) {
    add("HEAD_INCONSISTENT", `${heads.length} heads need ${heads.length - 1} consistency proofs`);
  }
  const [first] = heads;
  const begins =
    first === undefined ? -1 : first.previous_day === null && bundle.first_index === 0 ? 0 : first.tree_size;
  if (begins !== bundle.first_index) {
    const message = `records begin at ${bundle.first_index}, and the head before them does not: ${begins} leaves`;
    add("HEAD_CHAIN", message, first === undefined ? {} : { day: first.day });
  }
  for (const [i, head] of heads.entries()) {
    const before = heads[i - 1];
    if (before === undefined) continue;
    const at = { day: head.day };
    const chained = head.previous_head === headHash(bundle.heads[i - 1] ?? "") && head.previous_day === before.day;
    if (!chained) add("HEAD_CHAIN", `the head of ${head.day} does not follow that of ${before.day}`, at);
    if (!head.interim && head.day !== nextDay(before.day)) {
      add("HEAD_CHAIN", `between ${before.day} and ${head.day} days are missing`, at);
    }
    const proof = (bundle.consistency[i - 1] ?? []).map((hash) => Buffer.from(hash, "base64url"));
    const [from, to] = [before, head].map((each) => ({
      size: each.tree_size,
      root: Buffer.from(each.root_hash, "base64url"),
    })) as [{ size: number; root: Buffer }, { size: number; root: Buffer }];
    if (!consistencyHolds(from, to, proof)) {
      add("HEAD_INCONSISTENT", `the log of ${before.day} is not the beginning of that of ${head.day}`, at);
    }
  }
}

function checkRecords(bundle: EvidenceBundle, last: HeadClaims, add: Add): void {
  const root = Buffer.from(last.root_hash, "base64url");
  const seen = new Set<number>();
  let expected = bundle.first_index;
  for (const { index, record, leaf_hash, proof } of bundle.records) {
    if (index < expected || seen.has(index))
      add("RECORD_MOVED", `record ${index} does not stand in its place`, { index });
    else {
      for (let gone = expected; gone < index && gone < expected + FINDINGS_MAX; gone++) {
        add("RECORD_REMOVED", `record ${gone} is gone, or stands elsewhere`, { index: gone });
      }
      expected = index + 1;
    }
    seen.add(index);
    const leaf = record === null ? Buffer.from(leaf_hash ?? "", "base64url") : leafHash(record);
    const hashes = proof.map((hash) => Buffer.from(hash, "base64url"));
    if (!inclusionHolds(leaf, index, last.tree_size, hashes, root)) {
      add("RECORD_ALTERED", `record ${index} is not what was logged`, { index });
    }
  }
  for (let gone = expected; gone < last.tree_size && gone < expected + FINDINGS_MAX; gone++) {
    add("RECORD_REMOVED", `record ${gone} is gone`, { index: gone });
  }
}
