import { createHash } from "node:crypto";
import type { ReportKind } from "../../model/index.ts";
import { renderPdf, tableCsv } from "../../platform/document/index.ts";
import type { Block, ReportDocument } from "../../platform/document/index.ts";
import type { Signer } from "../evidence/index.ts";
import type { Clock } from "../../base/index.ts";
import { tarGz } from "./archive.ts";
import type { ArchiveFile } from "./archive.ts";
import { attestationContent } from "./attestation.ts";
import { type ComplianceFiles, complianceFiles } from "./compliance.ts";
import { bytes } from "./content.ts";
import type { Content, Scope } from "./content.ts";
import { drillContent } from "./drill.ts";
import { healthContent } from "./health.ts";
import { integrityContent } from "./integrity.ts";

export const REPORT_TYPE = "holdfast-report+jws";

export interface MadeFile {
  readonly name: string;
  readonly media_type: string;
  readonly sha256: string;
  readonly content: Buffer;
}

export interface MadeReport {
  readonly content: Content;
  readonly files: readonly MadeFile[];
}

/** All files of a report: pages, tables, and the signed JSON that names the hash of each of them. */
export async function makeReport(
  report: { readonly id: string; readonly kind: ReportKind },
  scope: Scope,
  signer: Signer,
  ports: { readonly clock: Clock },
): Promise<MadeReport> {
  const compliance = report.kind === "compliance" ? await complianceFiles(scope, signer, ports) : undefined;
  const content = withIndex(await contentOf(report.kind, scope), compliance);
  const made_at = new Date(scope.now_ms).toISOString();
  const document: ReportDocument = {
    ...content,
    generated_at: made_at,
    fingerprint: signer.fingerprint,
    report_id: report.id,
  };
  const pages = file("report.pdf", "application/pdf", await renderPdf(document));
  const tables = content.blocks.flatMap((block) =>
    block.kind === "table" ? [file(`${block.name}.csv`, "text/csv", Buffer.from(tableCsv(block)))] : [],
  );
  const claims = {
    report_id: report.id,
    kind: report.kind,
    title: content.title,
    subtitle: content.subtitle,
    from: scope.from.toISOString(),
    to: scope.to.toISOString(),
    project_id: scope.project_id,
    made_at,
    figures: content.figures,
    tables: Object.fromEntries(
      content.blocks.flatMap((block) =>
        block.kind === "table"
          ? [[block.name, { columns: block.columns.map(({ title }) => title), rows: block.rows }]]
          : [],
      ),
    ),
  };
  const attached = [pages, ...tables];
  if (compliance === undefined) {
    return { content, files: [...attached, await signed("report.jws", claims, attached, signer)] };
  }
  const { files, about } = compliance;
  const inside = [...files.map((it) => file(it.name, "application/json", it.content)), ...attached];
  const index = await signed("index.jws", { ...claims, about }, inside, signer);
  const readable = Buffer.from(`${JSON.stringify({ ...claims, about, files: listed(inside) }, null, 2)}\n`);
  const archived: ArchiveFile[] = [{ name: "index.json", content: readable }, index, ...inside];
  const archive = file("compliance.tar.gz", "application/gzip", tarGz(archived, scope.now_ms));
  return { content, files: [archive, index, pages] };
}

/** What a package holds, on its first page: each file with what it is about, and how many records of it. */
function withIndex(content: Content, compliance: ComplianceFiles | undefined): Content {
  if (compliance === undefined) return content;
  const { files, about } = compliance;
  const at = content.blocks.findIndex(({ kind }) => kind === "heading");
  const index: Block[] = [
    { kind: "heading", text: "What this package holds" },
    {
      kind: "table",
      name: "contents",
      columns: [
        { title: "File" },
        { title: "What it is", wide: true },
        { title: "Records", align: "right" },
        { title: "Size", align: "right" },
      ],
      rows: files.map(({ name, records, content: { length } }) => [name, about[name] ?? "", records, bytes(length)]),
      empty: "No file.",
    },
    {
      kind: "text",
      text: "index.jws names the SHA-256 of each file and is signed by the key of the evidence log. `baas evidence verify compliance.tar.gz` proves all of it without a server.",
    },
  ];
  return { ...content, blocks: [...content.blocks.slice(0, at), ...index, ...content.blocks.slice(at)] };
}

async function contentOf(kind: ReportKind, scope: Scope): Promise<Content> {
  switch (kind) {
    case "drill":
      return drillContent(scope);
    case "health":
      return healthContent(scope);
    case "integrity":
      return integrityContent(scope);
    case "attestation":
      return attestationContent(scope);
    case "compliance":
      return { ...(await attestationContent(scope)), title: "Compliance package" };
  }
}

function file(name: string, media_type: string, content: Buffer): MadeFile {
  return { name, media_type, content, sha256: createHash("sha256").update(content).digest("hex") };
}

function listed(files: readonly MadeFile[]) {
  return files.map(({ name, media_type, sha256, content }) => ({
    name,
    media_type,
    sha256,
    size_bytes: content.length,
  }));
}

async function signed(name: string, claims: object, files: readonly MadeFile[], signer: Signer): Promise<MadeFile> {
  const jws = await signer.sign({ ...claims, files: listed(files) }, REPORT_TYPE);
  return file(name, "application/jose", Buffer.from(jws));
}
