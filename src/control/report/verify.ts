import { createHash } from "node:crypto";
import { isSigned, readBundle, verifyBundle, verifySigned } from "../evidence/index.ts";
import type { SignedFinding, SignedVerdict } from "../evidence/index.ts";
import { untarGz } from "./archive.ts";
import type { ArchiveFile } from "./archive.ts";
import { reportError } from "./errors.ts";

export interface ReportVerdict extends SignedVerdict {
  /** Files that were held against their signed hashes. */
  readonly files_checked: number;
  /** Named by the signature, and not there to be checked. */
  readonly files_missing: readonly string[];
}

interface Listed {
  readonly name: string;
  readonly sha256: string;
}

/**
 * Proves a report with its signed JSON and the files that lie beside it. Of files that are not there nothing is said,
 * but that they were not checked.
 */
export async function verifyReport(
  jws: string,
  beside: (name: string) => Promise<Buffer | undefined>,
  expected: Parameters<typeof verifySigned>[1] = {},
): Promise<ReportVerdict> {
  const verdict = await verifySigned(jws, expected);
  const findings: SignedFinding[] = [...verdict.findings];
  const files_missing: string[] = [];
  let files_checked = 0;
  for (const { name, sha256 } of listedIn(verdict)) {
    const content = await beside(name);
    if (content === undefined) files_missing.push(name);
    else if (hashOf(content) === sha256) files_checked++;
    else findings.push({ code: "FILE_ALTERED", message: `${name} is not the file that was signed` });
  }
  return { ...verdict, ok: findings.length === 0, findings, files_checked, files_missing };
}

/**
 * Proves a compliance package: its index is what was signed, each file is there and is the one the index names, none
 * was added, and the evidence inside holds under the same key. @throws REPORT_INVALID for what is no such archive
 */
export async function verifyArchive(
  archive: Buffer,
  expected: Parameters<typeof verifySigned>[1] = {},
): Promise<ReportVerdict> {
  const files = new Map(read(archive).map(({ name, content }) => [name, content]));
  const index = files.get("index.jws")?.toString("utf8").trim();
  if (index === undefined || !isSigned(index)) throw reportError("REPORT_INVALID", "the archive has no signed index");
  const verdict = await verifyReport(index, async (name) => files.get(name), expected);
  const findings: SignedFinding[] = [...verdict.findings];
  for (const name of verdict.files_missing)
    findings.push({ code: "FILE_MISSING", message: `${name} was signed, and is not in the archive` });
  const listed = new Set(listedIn(verdict).map(({ name }) => name));
  for (const name of files.keys())
    if (!listed.has(name) && name !== "index.jws" && name !== "index.json")
      findings.push({ code: "FILE_EXTRA", message: `${name} is in the archive, and was not signed` });
  const readable = files.get("index.json");
  if (readable !== undefined && verdict.findings.length === 0 && !sameAs(readable, verdict.claims))
    findings.push({ code: "FILE_ALTERED", message: "index.json does not say what was signed" });
  const evidence = files.get("evidence.json");
  if (evidence !== undefined) {
    const inside = await verifyBundle(readBundle(evidence.toString("utf8")), verdict.fingerprint);
    for (const { message } of inside.findings) findings.push({ code: "EVIDENCE", message });
  }
  return { ...verdict, ok: findings.length === 0, findings };
}

function read(archive: Buffer): ArchiveFile[] {
  try {
    return untarGz(archive);
  } catch (error) {
    throw reportError("REPORT_INVALID", `the file is no archive of ours: ${(error as Error).message}`);
  }
}

function listedIn({ claims }: SignedVerdict): readonly Listed[] {
  const files = claims["files"];
  return Array.isArray(files) ? (files as Listed[]) : [];
}

function sameAs(readable: Buffer, claims: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(readable.toString("utf8"))) === JSON.stringify(claims);
  } catch {
    return false;
  }
}

function hashOf(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
