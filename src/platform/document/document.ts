/** One number an executive looks at first. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  /** What it is compared with, or counted from. */
  readonly note: string;
  readonly tone: Tone;
  /** Where the records behind it are. */
  readonly records: string;
}

export type Tone = "good" | "warn" | "bad" | "plain";

export interface TableBlock {
  readonly kind: "table";
  /** Names the CSV, too. */
  readonly name: string;
  readonly columns: readonly { readonly title: string; readonly align?: "right"; readonly wide?: boolean }[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Of rows that are to be seen at once. */
  readonly tones?: readonly (Tone | undefined)[];
  readonly empty: string;
}

export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "figures"; readonly figures: readonly Figure[] }
  | { readonly kind: "charts"; readonly charts: readonly { readonly title: string; readonly svg: string }[] }
  | TableBlock;

export interface ReportDocument {
  readonly title: string;
  /** Whose, and of when. */
  readonly subtitle: string;
  readonly generated_at: string;
  /** Key that signed the JSON beside it; null: nothing is signed. */
  readonly fingerprint: string | null;
  readonly report_id: string;
  readonly blocks: readonly Block[];
}
