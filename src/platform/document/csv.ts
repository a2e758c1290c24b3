import type { TableBlock } from "./document.ts";

/** RFC 4180. A cell that a spreadsheet would take for a formula is quoted away from being one. */
export function tableCsv(table: TableBlock): string {
  const lines = [table.columns.map(({ title }) => title), ...table.rows];
  return lines.map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
