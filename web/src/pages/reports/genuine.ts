import { sha256 } from "@noble/hashes/sha2.js";
import { api, take } from "../../api/client.ts";
import type { Answer } from "../../api/types.ts";
import { bytesOfBase64 } from "../../parts/save.ts";
import { t } from "../../texts/index.ts";

type Report = Answer<"/v1/reports/{id}">;
const REPORT_TYPE = "holdfast-report+jws";
const words = new TextDecoder();

interface Claims {
  readonly title: string;
  readonly made_at: string;
  readonly tables: Readonly<
    Record<string, { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }>
  >;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ReportVerdict {
  readonly title: string | null;
  readonly made_at: string | null;
  /** How many are what was signed. */
  readonly files: number;
  /** What is wrong; nothing when the report is genuine. */
  readonly findings: readonly string[];
}

const bytes = (base64url: string) => bytesOfBase64(base64url.replaceAll("-", "+").replaceAll("_", "/"));
const hex = (hash: Uint8Array) => [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** What a JWS says, unchecked. */
export function claimsOf(jws: string): Claims {
  return JSON.parse(words.decode(bytes(jws.split(".")[1] ?? ""))) as Claims;
}

/** Signature by the key of this installation's evidence log, and the hash of each file given. Nothing is sent. */
export async function verifySigned(jws: string, files: readonly NamedBytes[]): Promise<ReportVerdict> {
  if (!window.isSecureContext) throw new Error(t.evidence.insecure);
  const { public_key } = await take(api.GET("/v1/evidence/head"));
  const [header = "", payload = "", signature = ""] = jws.trim().split(".");
  const key = await crypto.subtle.importKey("jwk", public_key as JsonWebKey, { name: "Ed25519" }, false, ["verify"]);
  const text = new TextEncoder().encode(`${header}.${payload}`);
  try {
    const holds = await crypto.subtle.verify({ name: "Ed25519" }, key, bytes(signature), text);
    const { typ } = JSON.parse(words.decode(bytes(header))) as { typ?: string };
    if (!holds || typ !== REPORT_TYPE) throw new Error("not signed");
  } catch {
    return { title: null, made_at: null, files: 0, findings: [t.reports.bad_signature] };
  }
  const { title, made_at, files: signed } = claimsOf(jws);
  const wanted = new Map(signed.map(({ name, sha256: hash }) => [name, hash]));
  // The archive of a compliance package holds the signed files; it is not one of them.
  const known = files.filter(({ name }) => wanted.has(name));
  const altered = known.filter((it) => hex(sha256(it.bytes)) !== wanted.get(it.name));
  return {
    title,
    made_at,
    files: known.length - altered.length,
    findings: altered.map(({ name }) => t.reports.altered(name)),
  };
}

/** The same for a report that lies on the server, with all its files. */
export async function verifyReport(report: Report): Promise<ReportVerdict> {
  const read = async (name: string) => {
    const params = { path: { id: report.id, name } };
    const { content_base64 } = await take(api.GET("/v1/reports/{id}/files/{name}", { params }));
    return { name, bytes: bytesOfBase64(content_base64) };
  };
  const signed = report.files.find(({ name }) => name.endsWith(".jws"));
  if (signed === undefined) return { title: null, made_at: null, files: 0, findings: [t.reports.unsigned] };
  const jws = words.decode((await read(signed.name)).bytes);
  const files: NamedBytes[] = [];
  for (const { name } of report.files) if (name !== signed.name) files.push(await read(name));
  return verifySigned(jws, files);
}
