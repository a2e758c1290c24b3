import type { Answer } from "../../api/types.ts";
import { t } from "../../texts/index.ts";
import { consistencyHolds, type Hash, inclusionHolds, leafHash, textHash } from "./merkle.ts";

export type Bundle = Answer<"/v1/evidence/export">;

export interface Verdict {
  readonly ok: boolean;
  readonly fingerprint: string;
  readonly records: number;
  readonly hidden: number;
  readonly from_day: string | null;
  readonly to_day: string | null;
  /** Where it breaks, the first of them. */
  readonly findings: readonly string[];
}

interface Head {
  readonly log_id: string;
  readonly day: string;
  readonly interim: boolean;
  readonly tree_size: number;
  readonly root_hash: string;
  readonly previous_day: string | null;
  readonly previous_head: string | null;
}

const FORMAT = "holdfast-evidence-1";
const HEAD_TYPE = "holdfast-evidence-head+jws";
const FINDINGS_MAX = 200;
const DAY_MS = 86_400_000;
const words = new TextDecoder();

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function base64url(hash: Hash): string {
  return btoa(String.fromCharCode(...hash))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** RFC 7638, for a key of RFC 8037. */
function thumbprint(key: Record<string, unknown>): string {
  const { crv, kty, x } = key as { crv?: string; kty?: string; x?: string };
  return base64url(textHash(JSON.stringify({ crv, kty, x })));
}

/** @throws Error when the text is no bundle */
export function readBundle(text: string): Bundle {
  const value = JSON.parse(text) as Partial<Bundle> | null;
  const complete =
    value?.format === FORMAT &&
    typeof value.public_key === "object" &&
    Array.isArray(value.heads) &&
    Array.isArray(value.records) &&
    Array.isArray(value.consistency);
  if (!complete) throw new Error(t.evidence.no_bundle);
  return value as Bundle;
}

/**
 * Proves a bundle in this browser, with nothing but itself and the fingerprint its reader has from elsewhere; nothing
 * is sent anywhere. Needs a secure page (https, or this machine) for signatures.
 */
export async function verifyBundle(bundle: Bundle, fingerprint: string): Promise<Verdict> {
  const findings: string[] = [];
  const add = (finding: string) => {
    if (findings.length < FINDINGS_MAX) findings.push(finding);
  };
  const own = thumbprint(bundle.public_key);
  if (fingerprint !== "" && own !== fingerprint) add(t.evidence.key_differs(own, fingerprint));
  const heads = await readHeads(bundle, own, add);
  if (heads.length === bundle.heads.length) checkChain(bundle, heads, add);
  const last = heads.at(-1);
  if (last !== undefined) checkRecords(bundle, last, add);
  return {
    ok: findings.length === 0 && heads.length > 0,
    fingerprint: own,
    records: bundle.records.length,
    hidden: bundle.records.filter(({ record }) => record === null).length,
    from_day: heads[bundle.first_index > 0 ? 1 : 0]?.day ?? null,
    to_day: last?.day ?? null,
    findings,
  };
}

async function readHeads(bundle: Bundle, fingerprint: string, add: (finding: string) => void): Promise<Head[]> {
  const key = await crypto.subtle.importKey("jwk", bundle.public_key as JsonWebKey, { name: "Ed25519" }, false, [
    "verify",
  ]);
  const heads: Head[] = [];
  for (const [index, jws] of bundle.heads.entries()) {
    try {
      const [header = "", payload = "", signature = ""] = jws.split(".");
      const signed = new TextEncoder().encode(`${header}.${payload}`);
      const protected_header = JSON.parse(words.decode(bytes(header))) as { typ?: string; alg?: string };
      const holds = await crypto.subtle.verify({ name: "Ed25519" }, key, bytes(signature), signed);
      const head = JSON.parse(words.decode(bytes(payload))) as Head;
      if (!holds || protected_header.typ !== HEAD_TYPE || head.log_id !== fingerprint) throw new Error("not signed");
      heads.push(head);
    } catch {
      add(t.evidence.head_signature(index));
    }
  }
  return heads;
}

function checkChain(bundle: Bundle, heads: readonly Head[], add: (finding: string) => void): void {
  if (bundle.consistency.length !== heads.length - 1) add(t.evidence.proofs_missing);
  const [first] = heads;
  const begins =
    first === undefined ? -1 : first.previous_day === null && bundle.first_index === 0 ? 0 : first.tree_size;
  if (begins !== bundle.first_index) add(t.evidence.begins_elsewhere(bundle.first_index));
  for (const [index, head] of heads.entries()) {
    const before = heads[index - 1];
    if (before === undefined) continue;
    const chained = head.previous_head === base64url(textHash(bundle.heads[index - 1] ?? ""));
    const next_day = new Date(Date.parse(`${before.day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
    if (!chained || head.previous_day !== before.day || (!head.interim && head.day !== next_day)) {
      add(t.evidence.chain_broken(before.day, head.day));
    }
    const tree = (of: Head) => ({ size: of.tree_size, root: bytes(of.root_hash) });
    const proof = (bundle.consistency[index - 1] ?? []).map(bytes);
    if (!consistencyHolds(tree(before), tree(head), proof)) add(t.evidence.inconsistent(before.day, head.day));
  }
}

function checkRecords(bundle: Bundle, last: Head, add: (finding: string) => void): void {
  const root = bytes(last.root_hash);
  let expected = bundle.first_index;
  for (const { index, record, leaf_hash, proof } of bundle.records) {
    if (index < expected) add(t.evidence.moved(index));
    for (let gone = expected; gone < index && gone < expected + FINDINGS_MAX; gone++) add(t.evidence.removed(gone));
    expected = Math.max(expected, index + 1);
    const leaf = record === null ? bytes(leaf_hash ?? "") : leafHash(record);
    if (!inclusionHolds(leaf, index, last.tree_size, proof.map(bytes), root)) add(t.evidence.altered(index));
  }
  for (let gone = expected; gone < last.tree_size && gone < expected + FINDINGS_MAX; gone++)
    add(t.evidence.removed(gone));
}
