import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { JWK } from "jose";
import type { EvidenceVerdict } from "../../../control/evidence/index.ts";
import type { ReportVerdict } from "../../../control/report/index.ts";
import type { EvidenceHeadView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatCount, formatTime } from "../format.ts";
import type { CliIo, CommonOptions } from "../io.ts";
import { note, show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { renderDetails } from "../table.ts";

interface ExportOptions extends ServerOptions {
  readonly from?: string;
  readonly to?: string;
  readonly project?: string;
  readonly output?: string;
}

export const register: Register = (program, io) => {
  const evidence = group(program, "evidence", "signed proof of what happened", "baas evidence head");
  serverCommand(
    evidence,
    "head",
    "Show the newest signed head of the evidence log, and the key fingerprint that an auditor pins.",
    "baas evidence head",
  ).action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    show(io, options, unwrap(await api.GET("/v1/evidence/head")), headText);
  });
  serverCommand(
    evidence,
    "export",
    "Write a bundle that proves itself offline: records, proofs, signed heads, public key.",
    "baas evidence export --from 2026-05-01 --to 2026-05-31 --output may.json",
  )
    .option("--from <day>", "first UTC day; by default the first there is")
    .option("--to <day>", "last UTC day; by default until now")
    .option("--project <name>", "show this project's records, and of the others only the hashes")
    .option("--output <file>", "where to; by default standard output")
    .action((options: ExportOptions) => exportFile(io, options));
  evidence
    .command("verify")
    .summary("prove a bundle, a signed report or a compliance package offline")
    .description(
      "Prove a file offline, with nothing but itself: an evidence bundle, an integrity report or another signed report\n" +
        "(.jws, with the files beside it), or a compliance package (.tar.gz). Whatever was removed, altered or added is named.\n" +
        "Give the fingerprint you were told by another way; without it the file only agrees with itself.",
    )
    .argument("<file>", "what `baas evidence export`, `baas report get` or `baas verify` wrote")
    .option("--fingerprint <key>", "fingerprint of the key that must have signed it")
    .option("--key <bundle>", "evidence bundle with the public key, for reports that do not carry it")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ baas evidence verify may.json --fingerprint NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs\n",
    )
    .action((file: string, options: VerifyOptions) => verifyFile(io, file, options));
};

async function exportFile(io: CliIo, options: ExportOptions): Promise<void> {
  const { from, to, project, output } = options;
  const { api } = await connectServer(io, options);
  const query = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(project === undefined ? {} : { project }),
  };
  const bundle = unwrap(await api.GET("/v1/evidence/export", { params: { query } }));
  const text = `${JSON.stringify(bundle)}\n`;
  if (output === undefined) {
    io.stdout.write(text);
    return;
  }
  const path = resolve(io.cwd, output);
  await writeFile(path, text);
  const summary = { path, records: bundle.records.length, heads: bundle.heads.length };
  show(io, options, summary, () => `${formatCount(summary.records)} records under ${summary.heads} heads: ${path}`);
}

interface VerifyOptions extends CommonOptions {
  readonly fingerprint?: string;
  readonly key?: string;
}

async function verifyFile(io: CliIo, file: string, options: VerifyOptions): Promise<void> {
  const { isSigned, readBundle, verifyBundle } = await import("../../../control/evidence/index.ts");
  const path = resolve(io.cwd, file);
  const content = await read(path);
  const text = content.toString("utf8").trim();
  const zipped = content[0] === 0x1f && content[1] === 0x8b;
  const jws = zipped ? undefined : isSigned(text) ? text : jwsIn(text);
  if (!zipped && jws === undefined) {
    const verdict = await verifyBundle(readBundle(text), options.fingerprint);
    show(io, options, verdict, verdictText);
    return conclude(io, options, verdict);
  }
  const { verifyArchive, verifyReport } = await import("../../../control/report/index.ts");
  const key = options.key === undefined ? undefined : readBundle((await read(resolve(io.cwd, options.key))).toString());
  const expected = { fingerprint: options.fingerprint, key: key?.public_key as JWK | undefined };
  const beside = (name: string) => readFile(join(dirname(path), basename(name))).catch(() => undefined);
  const verdict =
    jws === undefined ? await verifyArchive(content, expected) : await verifyReport(jws, beside, expected);
  show(io, options, verdict, reportText);
  conclude(io, options, verdict);
}

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw cliError("CLI_FILE_UNREADABLE", `cannot read ${path}: ${(error as Error).message}`, { path }, error);
  });
}

/** As the API gives an integrity report: its text with the signed one beside it. */
function jwsIn(text: string): string | undefined {
  try {
    const { jws } = JSON.parse(text) as { jws?: unknown };
    return typeof jws === "string" ? jws : undefined;
  } catch {
    return undefined;
  }
}

function conclude(
  io: CliIo,
  options: CommonOptions,
  verdict: {
    readonly ok: boolean;
    readonly pinned: boolean;
    readonly findings: readonly { readonly code: string; readonly message: string }[];
  },
): void {
  if (!verdict.pinned) {
    note(
      io,
      options,
      "not pinned: compare the fingerprint with one you got by another way, and give it as --fingerprint",
    );
  }
  if (verdict.ok) return;
  const [first] = verdict.findings;
  throw cliError("CLI_EVIDENCE_BROKEN", `the evidence does not hold: ${first?.message ?? ""}`, {
    findings: verdict.findings.map(({ code }) => code),
  });
}

function reportText(verdict: ReportVerdict): string {
  const { claims, files_checked, files_missing } = verdict;
  const word = (name: string) => (claims[name] === undefined ? undefined : String(claims[name]));
  const missing = files_missing.length === 0 ? "" : `; not there: ${files_missing.join(" ")}`;
  const lines = [
    renderDetails([
      ["verdict", verdict.ok ? "holds" : "does NOT hold"],
      ["key", `${verdict.fingerprint}${verdict.pinned ? " (as expected)" : " (nobody said which to expect)"}`],
      [
        "what",
        [word("title") ?? verdict.type, word("subtitle") ?? word("project"), word("day")].filter(Boolean).join(", "),
      ],
      ["files", `${formatCount(files_checked)} as they were signed${missing}`],
    ]),
  ];
  for (const { code, message } of verdict.findings.slice(0, FINDINGS_SHOWN_MAX)) lines.push(`${message} (${code})`);
  return lines.join("\n");
}

function headText(head: EvidenceHeadView): string {
  return renderDetails([
    ["key", head.fingerprint],
    ["day", head.day ?? "none has ended yet"],
    ["records", `${formatCount(head.tree_size)} under the head, ${formatCount(head.leaves)} in all`],
    ["root", head.root_hash ?? "-"],
    ["signed", formatTime(head.signed_at)],
    ["regions", head.published_in.join(" ")],
  ]);
}

const FINDINGS_SHOWN_MAX = 50;

function verdictText(verdict: EvidenceVerdict): string {
  const lines = [
    renderDetails([
      ["verdict", verdict.ok ? "holds" : "does NOT hold"],
      ["key", `${verdict.fingerprint}${verdict.pinned ? " (as expected)" : " (nobody said which to expect)"}`],
      ["days", `${verdict.from_day ?? "-"} to ${verdict.to_day ?? "-"}`],
      ["records", formatCount(verdict.records)],
      ["hidden", formatCount(verdict.hidden_records)],
      ["quiet days", verdict.quiet_days.length === 0 ? "none" : verdict.quiet_days.join(" ")],
    ]),
  ];
  for (const { code, message } of verdict.findings.slice(0, FINDINGS_SHOWN_MAX)) lines.push(`${message} (${code})`);
  const more = verdict.findings.length - FINDINGS_SHOWN_MAX;
  if (more > 0) lines.push(`… and ${more} more`);
  return lines.join("\n");
}
