import { printable } from "./format.ts";

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null | undefined;
  readonly align?: "left" | "right";
  /** Gives way when the terminal is too narrow; never below 8 characters. */
  readonly shrink?: boolean;
}

const GAP = "  ";
const SHRUNK_CHARS_MIN = 8;

/**
 * An aligned table, one line a row, titles in capitals.
 * @param width_chars columns of the terminal; undefined (a pipe) shortens nothing
 */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width_chars?: number): string {
  const cells = rows.map((row) => columns.map((column) => cellText(column.value(row))));
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...cells.map((row) => lengthOf(row[i] ?? ""))),
  );
  if (width_chars !== undefined) shrink(widths, columns, width_chars);
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => fit(text, widths[i] ?? 0, columns[i]?.align ?? "left"))
      .join(GAP)
      .trimEnd();
  return [line(columns.map((column) => column.title.toUpperCase())), ...cells.map(line)].join("\n");
}

/** `label  value` lines under each other, for the details of one thing. */
export function renderDetails(pairs: readonly (readonly [string, string | number | null | undefined])[]): string {
  const width = Math.max(...pairs.map(([label]) => label.length));
  return pairs.map(([label, value]) => `${label.padEnd(width)}${GAP}${cellText(value)}`.trimEnd()).join("\n");
}

function cellText(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === "") return "-";
  return printable(String(value));
}

function shrink<Row>(widths: number[], columns: readonly Column<Row>[], width_chars: number): void {
  let over = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) - width_chars;
  while (over > 0) {
    let widest = -1;
    columns.forEach((column, i) => {
      const width = widths[i] ?? 0;
      if (column.shrink && width > Math.max(SHRUNK_CHARS_MIN, widths[widest] ?? 0)) widest = i;
    });
    if (widest < 0) return;
    widths[widest] = (widths[widest] as number) - 1;
    over--;
  }
}

/** Characters, not UTF-16 code units. */
function lengthOf(text: string): number {
  return [...text].length;
}

function fit(text: string, width: number, align: "left" | "right"): string {
  const chars = [...text];
  const shown = chars.length > width ? `${chars.slice(0, width - 1).join("")}…` : text;
  const padding = " ".repeat(Math.max(0, width - lengthOf(shown)));
  return align === "right" ? padding + shown : shown + padding;
}
