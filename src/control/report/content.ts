import type { Block, Figure, TableBlock } from "../../platform/document/index.ts";
import type { Db } from "../../platform/db/index.ts";

/** What a report is made of. */
export interface Scope {
  readonly db: Db;
  readonly now_ms: number;
  readonly from: Date;
  readonly to: Date;
  readonly project_id: string | null;
  /** Name; `all projects` for all. */
  readonly project: string;
  readonly drill_id: string | null;
}

/** A report before it is laid out. Every figure names the records behind it. */
export interface Content {
  readonly title: string;
  readonly subtitle: string;
  readonly figures: readonly Figure[];
  readonly blocks: readonly Block[];
}

export const CHART = { width: 250, height: 150 } as const;

export function day(at: Date | string | null): string {
  if (at === null) return "never";
  return (typeof at === "string" ? at : at.toISOString()).slice(0, 10);
}

export function minute(at: Date | string | null): string | null {
  if (at === null) return null;
  return `${(typeof at === "string" ? at : at.toISOString()).slice(0, 16).replace("T", " ")} UTC`;
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Math.round((part / whole) * 1000) / 10} %`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
export function bytes(count: number): string {
  let [value, unit] = [count, 0];
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${UNITS[unit]}`;
}

/** The largest unit in which the most is 1 at least; of a chart whose columns share it. */
export function unitOf(most: number): { readonly name: string; readonly bytes: number } {
  let [size, unit] = [1, 0];
  for (; most >= size * 1024 && unit < UNITS.length - 1; unit++) size *= 1024;
  return { name: UNITS[unit] ?? "B", bytes: size };
}

/** `2026-01`, `2026-02` … of the months that the window touches. */
export function monthsOf(from: Date, to: Date): string[] {
  const months: string[] = [];
  let at = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), 1));
  for (; at < to; at = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1))) {
    months.push(at.toISOString().slice(0, 7));
  }
  return months;
}

/** Where each figure comes from, for who wants to look behind it. */
export function sourcesTable(figures: readonly Figure[]): TableBlock {
  return {
    kind: "table",
    name: "figures",
    columns: [{ title: "Figure" }, { title: "Value" }, { title: "Records behind it", wide: true }],
    rows: figures.map(({ label, value, records }) => [label, value, records]),
    empty: "There are no figures.",
  };
}
