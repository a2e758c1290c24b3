/**
 * document: figures as pages somebody likes to read. Nouns: document, block (figures, chart, table, text), chart.
 * Invariants: nothing is fetched from anywhere, and no file but the fonts is read; the same document gives the same
 * pages; every page says what it is, of when, and which page of how many.
 */
export * from "./chart.ts";
export * from "./csv.ts";
export type * from "./document.ts";
export * from "./pdf.ts";
