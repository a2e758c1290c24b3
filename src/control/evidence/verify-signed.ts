import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK } from "jose";
import type { JWK } from "jose";
import { evidenceError } from "./errors.ts";

export interface SignedFinding {
  readonly code: "KEY_DIFFERS" | "SIGNATURE" | "FILE_ALTERED" | "FILE_MISSING" | "FILE_EXTRA" | "EVIDENCE";
  readonly message: string;
}

/** What one signed document, e.g. a daily integrity report, says, and whether it is what was signed. */
export interface SignedVerdict {
  readonly ok: boolean;
  readonly type: string;
  readonly fingerprint: string;
  /** False: nobody said which key to expect. */
  readonly pinned: boolean;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly findings: readonly SignedFinding[];
}

/** Is this text a document of ours, signed in one line? */
export function isSigned(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

/**
 * Proves a signed document with nothing but itself: it carries the public key it was signed with, whose fingerprint its
 * reader has from elsewhere. Documents from before that need the key beside them.
 * @throws EVIDENCE_BUNDLE_UNREADABLE when there is no key to hold it against
 */
export async function verifySigned(
  jws: string,
  expected: { readonly fingerprint?: string | undefined; readonly key?: JWK | undefined } = {},
): Promise<SignedVerdict> {
  const header = readHeader(jws);
  const key = header.jwk ?? expected.key;
  if (key === undefined) {
    const message = "the document does not carry its public key: give the key (--key), e.g. an evidence bundle";
    throw evidenceError("EVIDENCE_BUNDLE_UNREADABLE", message);
  }
  const fingerprint = await calculateJwkThumbprint(key).catch(() => "unreadable");
  const findings: SignedFinding[] = [];
  const pin = expected.fingerprint;
  if (pin !== undefined && pin !== fingerprint)
    findings.push({ code: "KEY_DIFFERS", message: `it is signed with key ${fingerprint}, not with ${pin}` });
  let claims: Readonly<Record<string, unknown>> = {};
  try {
    const { payload } = await compactVerify(jws, await importJWK(key, "EdDSA"), { algorithms: ["EdDSA"] });
    if (header.kid !== fingerprint) throw new Error("it names another key than it carries");
    claims = JSON.parse(Buffer.from(payload).toString("utf8")) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    findings.push({ code: "SIGNATURE", message: `it is not what was signed: ${why}` });
  }
  const type = header.typ ?? "";
  return { ok: findings.length === 0, type, fingerprint, pinned: pin !== undefined, claims, findings };
}

function readHeader(jws: string): { readonly jwk?: JWK; readonly kid?: string; readonly typ?: string } {
  try {
    return decodeProtectedHeader(jws);
  } catch (error) {
    throw evidenceError("EVIDENCE_BUNDLE_UNREADABLE", "the file is no signed document", {}, error);
  }
}
