import { styleText } from "node:util";
import { asHoldfastError, type HoldfastError } from "../../base/index.ts";
import { printable } from "./format.ts";
import type { CliIo, CommonOptions } from "./io.ts";
import { type Column, renderTable } from "./table.ts";

/** Writes what the command found: as JSON with `--json`, else the text that `human` makes of it. */
export function show<T>(io: CliIo, options: CommonOptions, value: T, human: (value: T) => string): void {
  io.stdout.write(`${options.json ? JSON.stringify(value, null, 2) : human(value)}\n`);
}

/** A list: `{"items": […]}` with `--json`, else a table or the sentence that says why there is none. */
export function showList<Row>(
  io: CliIo,
  options: CommonOptions,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  empty: string,
): void {
  show(io, options, { items: rows }, () => (rows.length === 0 ? empty : renderTable(rows, columns, widthOf(io))));
}

/** Columns of the terminal, or undefined when standard output is none. */
export function widthOf(io: CliIo): number | undefined {
  return io.stdout.isTTY ? Math.max(40, io.stdout.columns ?? 80) : undefined;
}

/** A remark for people; not shown with `--json`. */
export function note(io: CliIo, options: CommonOptions, text: string): void {
  if (!options.json) io.stderr.write(`${text}\n`);
}

export type Tone = "red" | "green" | "yellow" | "dim" | "bold";

/** Colour only on a terminal, and not where NO_COLOR asks for none. */
export function paint(io: CliIo, stream: NodeJS.WriteStream, tone: Tone, text: string): string {
  const plain = !stream.isTTY || (io.env["NO_COLOR"] ?? "") !== "" || io.env["TERM"] === "dumb";
  return plain ? text : styleText(tone, text, { validateStream: false });
}

/** What went wrong, what to do about it, and the code to search for. With `--json`: the problem object (RFC 9457). */
export async function showError(io: CliIo, json: boolean, thrown: unknown): Promise<HoldfastError> {
  const error = asHoldfastError(thrown);
  if (json) {
    const { problemOf } = await import("../../protocol/index.ts");
    io.stderr.write(`${JSON.stringify(problemOf(error), null, 2)}\n`);
    return error;
  }
  const lines = [`${paint(io, io.stderr, "red", "error:")} ${printableLines(error.message)}`];
  if (error.guidance !== "") lines.push(`  fix:  ${error.guidance}`);
  lines.push(`  code: ${error.code}`);
  if (error.fault === "bug" && error.stack !== undefined)
    lines.push(error.cause instanceof Error ? (error.cause.stack ?? "") : error.stack);
  io.stderr.write(`${lines.join("\n")}\n`);
  return error;
}

function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
