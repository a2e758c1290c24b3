import { sha256 } from "@noble/hashes/sha2.js";
import { api, take } from "../../api/client.ts";
import type { Answer } from "../../api/types.ts";
import { bytesOfBase64 } from "../../parts/save.ts";
import { t } from "../../texts/index.ts";

type Report = Answer<"/v1/reports/{id}">;
const REPORT_TYPE = "holdfast-report+jws";
const words = new TextDecoder();

export interface Claims {
  readonly tables: Readonly<
    Record<string, { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }>
  >;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

const bytes = (base64url: string) => bytesOfBase64(base64url.replaceAll("-", "+").replaceAll("_", "/"));
const hex = (hash: Uint8Array) => [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** What a JWS says, unchecked. */
export function claimsOf(jws: string): Claims {
  return JSON.parse(words.decode(bytes(jws.split(".")[1] ?? ""))) as Claims;
}

export interface Verdict {
  readonly files: number;
  /** What is wrong; nothing when the report is genuine. */
  readonly findings: readonly string[];
}

/** Signature of the report by the key of the evidence log, and the hash of each of its files. */
export async function verifyReport(report: Report): Promise<Verdict> {
  if (!window.isSecureContext) throw new Error(t.evidence.insecure);
  const read = async (name: string) =>
    bytesOfBase64(
      (await take(api.GET("/v1/reports/{id}/files/{name}", { params: { path: { id: report.id, name } } })))
        .content_base64,
    );
  const signed = report.files.find(({ name }) => name.endsWith(".jws"));
  if (signed === undefined) return { files: 0, findings: [t.reports.unsigned] };
  const { public_key } = await take(api.GET("/v1/evidence/head"));
  const jws = words.decode(await read(signed.name));
  const [header = "", payload = "", signature = ""] = jws.split(".");
  const key = await crypto.subtle.importKey("jwk", public_key as JsonWebKey, { name: "Ed25519" }, false, ["verify"]);
  const text = new TextEncoder().encode(`${header}.${payload}`);
  const holds = await crypto.subtle.verify({ name: "Ed25519" }, key, bytes(signature), text);
  const { typ } = JSON.parse(words.decode(bytes(header))) as { typ?: string };
  if (!holds || typ !== REPORT_TYPE) return { files: 0, findings: [t.reports.bad_signature] };
  const wanted = new Map(claimsOf(jws).files.map(({ name, sha256: hash }) => [name, hash]));
  const findings: string[] = [];
  let files = 0;
  for (const { name } of report.files) {
    // The archive of a compliance package holds the signed files; it is not one of them.
    const hash = wanted.get(name);
    if (hash === undefined) continue;
    if (hex(sha256(await read(name))) === hash) files++;
    else findings.push(t.reports.altered(name));
  }
  return { files, findings };
}
