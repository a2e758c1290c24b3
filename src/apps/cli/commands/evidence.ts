import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { EvidenceVerdict } from "../../../control/evidence/index.ts";
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
    .summary("prove a bundle offline")
    .description(
      "Prove a bundle offline, with nothing but the file: every record that was removed, altered or moved is named.\n" +
        "Give the fingerprint you were told by another way; without it the bundle only agrees with itself.",
    )
    .argument("<file>", "bundle that `baas evidence export` wrote")
    .option("--fingerprint <key>", "fingerprint of the key that must have signed it")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ baas evidence verify may.json --fingerprint NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs\n",
    )
    .action((file: string, options: CommonOptions & { fingerprint?: string }) => verifyFile(io, file, options));
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

async function verifyFile(io: CliIo, file: string, options: CommonOptions & { fingerprint?: string }): Promise<void> {
  const { readBundle, verifyBundle } = await import("../../../control/evidence/index.ts");
  const path = resolve(io.cwd, file);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw cliError("CLI_FILE_UNREADABLE", `cannot read ${path}: ${(error as Error).message}`, { path }, error);
  });
  const verdict = await verifyBundle(readBundle(text), options.fingerprint);
  show(io, options, verdict, verdictText);
  if (!verdict.pinned) {
    note(
      io,
      options,
      "not pinned: compare the fingerprint with one you got by another way, and give it as --fingerprint",
    );
  }
  if (!verdict.ok) {
    const [first] = verdict.findings;
    throw cliError("CLI_EVIDENCE_BROKEN", `the evidence does not hold: ${first?.message ?? ""}`, {
      findings: verdict.findings.map(({ code }) => code),
    });
  }
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
