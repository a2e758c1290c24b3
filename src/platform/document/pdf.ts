import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as Pdfmake from "pdfmake";
import type { Column, Content, TableCell, TDocumentDefinitions } from "pdfmake/interfaces.js";
import type { Block, Figure, ReportDocument, TableBlock, Tone } from "./document.ts";

/** Loaded with the first document: a server has no use for it when it starts. */
const require = createRequire(import.meta.url);
const FONTS_DIR = join(dirname(require.resolve("pdfmake/package.json")), "fonts", "Roboto");
const INK = "#212529";
const QUIET = "#868e96";
const LINE = "#dee2e6";
const TONES: Readonly<Record<Tone, string>> = { good: "#2b8a3e", warn: "#d9480f", bad: "#c92a2a", plain: INK };
const GROUNDS: Readonly<Record<Tone, string>> = { good: "#f4fbf5", warn: "#fff8f1", bad: "#fff5f5", plain: "#f8f9fa" };
/** A4 between its margins, in points. */
const WIDTH = 515;
const ROWS_MAX = 2000;

/** The document as PDF: A4, fonts embedded. */
export async function renderPdf(document: ReportDocument): Promise<Buffer> {
  return setUp().createPdf(definition(document)).getBuffer();
}

let ready: typeof Pdfmake | undefined;
function setUp(): typeof Pdfmake {
  if (ready !== undefined) return ready;
  const pdfmake = require("pdfmake") as typeof Pdfmake;
  pdfmake.setFonts({
    Roboto: {
      normal: join(FONTS_DIR, "Roboto-Regular.ttf"),
      bold: join(FONTS_DIR, "Roboto-Medium.ttf"),
      italics: join(FONTS_DIR, "Roboto-Italic.ttf"),
      bolditalics: join(FONTS_DIR, "Roboto-MediumItalic.ttf"),
    },
  });
  const policies = pdfmake as unknown as {
    setUrlAccessPolicy(allow: (url: string) => boolean): void;
    setLocalAccessPolicy(allow: (path: string) => boolean): void;
  };
  policies.setUrlAccessPolicy(() => false);
  policies.setLocalAccessPolicy((path) => path.startsWith(FONTS_DIR));
  ready = pdfmake;
  return pdfmake;
}

function definition(document: ReportDocument): TDocumentDefinitions {
  const made = document.generated_at.slice(0, 16).replace("T", " ");
  return {
    pageSize: "A4",
    pageMargins: [40, 44, 40, 56],
    defaultStyle: { font: "Roboto", fontSize: 9.5, color: INK, lineHeight: 1.2 },
    info: { title: `${document.title}, ${document.subtitle}`, creator: "Holdfast", producer: "Holdfast" },
    footer: (page: number, pages: number) => ({
      margin: [40, 14, 40, 0],
      columns: [
        {
          width: "*",
          text: `${document.report_id} · made ${made} UTC${document.fingerprint === null ? "" : ` · signed by ${document.fingerprint}`}`,
          color: QUIET,
          fontSize: 7,
        },
        { width: 60, text: `${page} / ${pages}`, alignment: "right", color: QUIET, fontSize: 7 },
      ],
    }),
    content: [
      { text: "HOLDFAST", fontSize: 8, bold: true, color: QUIET, characterSpacing: 2 },
      { text: document.title, fontSize: 22, bold: true, margin: [0, 2, 0, 0] },
      { text: document.subtitle, fontSize: 11, color: QUIET, margin: [0, 0, 0, 8] },
      rule(),
      ...contents(document.blocks),
    ],
  };
}

/** A heading stays with what it is the heading of, where that is short. */
function contents(blocks: readonly Block[]): Content[] {
  const out: Content[] = [];
  for (let i = 0; i < blocks.length; i++) {
    const [block, next] = [blocks[i], blocks[i + 1]];
    if (block === undefined) continue;
    const short = next?.kind === "text" || (next?.kind === "table" && next.rows.length <= ROWS_TOGETHER_MAX);
    if (block.kind === "heading" && next !== undefined && short) {
      out.push({ unbreakable: true, stack: [blockContent(block), blockContent(next)] });
      i++;
    } else out.push(blockContent(block));
  }
  return out;
}

const ROWS_TOGETHER_MAX = 12;

function blockContent(block: Block): Content {
  switch (block.kind) {
    case "heading":
      return {
        text: block.text,
        fontSize: 13,
        bold: true,
        margin: [0, 14, 0, 5],
      };
    case "text":
      return { text: block.text, margin: [0, 4, 0, 6] };
    case "figures":
      return { margin: [0, 10, 0, 6], columns: block.figures.map(tile), columnGap: 8 };
    case "charts":
      return {
        margin: [0, 6, 0, 0],
        columnGap: 10,
        columns: block.charts.map(({ title, svg }) => ({
          width: "*",
          stack: [
            { text: title, bold: true, fontSize: 9.5, margin: [0, 0, 0, 2] },
            { svg, width: (WIDTH - 10 * (block.charts.length - 1)) / block.charts.length },
          ],
        })),
      };
    case "table":
      return tableContent(block);
  }
}

function tile({ label, value, note, tone }: Figure): Column {
  const size = value.length > 11 ? 13 : value.length > 7 ? 16 : 20;
  return {
    width: "*",
    table: {
      widths: ["*"],
      body: [
        [
          {
            border: [true, false, false, false],
            borderColor: [TONES[tone], LINE, LINE, LINE],
            fillColor: GROUNDS[tone],
            margin: [4, 3, 2, 3],
            stack: [
              { text: label, fontSize: 8, color: QUIET },
              {
                text: value,
                fontSize: size,
                bold: true,
                color: TONES[tone],
                margin: [0, (20 - size) / 2, 0, (20 - size) / 2],
              },
              { text: note, fontSize: 7.5, color: QUIET },
            ],
          },
        ],
      ],
    },
    layout: { vLineWidth: () => 2, hLineWidth: () => 0 },
  };
}

function tableContent({ columns, rows, tones, empty }: TableBlock): Content {
  if (rows.length === 0) return { text: empty, italics: true, color: QUIET, margin: [0, 0, 0, 6] };
  const body: TableCell[][] = rows.slice(0, ROWS_MAX).map((row, i) =>
    row.map((value, column) => ({
      text: value === null ? "–" : String(value),
      alignment: columns[column]?.align ?? "left",
      fontSize: 8.5,
      color: TONES[tones?.[i] ?? "plain"],
    })),
  );
  const head = columns.map(({ title, align }) => ({
    text: title,
    bold: true,
    fontSize: 8,
    color: QUIET,
    alignment: align ?? ("left" as const),
  }));
  const table: Content = {
    margin: [0, 2, 0, 8],
    table: {
      headerRows: 1,
      widths: columns.map(({ wide }) => (wide === true ? "*" : "auto")),
      body: [head, ...body],
      dontBreakRows: true,
    },
    layout: {
      hLineWidth: (line: number) => (line === 0 ? 0 : line === 1 ? 0.8 : 0.4),
      vLineWidth: () => 0,
      hLineColor: () => LINE,
      paddingLeft: (column: number) => (column === 0 ? 0 : 5),
      paddingRight: () => 5,
      paddingTop: () => 3,
      paddingBottom: () => 3,
    },
  };
  if (rows.length <= ROWS_MAX) return table;
  return {
    stack: [
      table,
      { text: `and ${rows.length - ROWS_MAX} more, in the CSV beside this page`, italics: true, color: QUIET },
    ],
  };
}

function rule(): Content {
  return { canvas: [{ type: "line", x1: 0, y1: 0, x2: WIDTH, y2: 0, lineWidth: 0.8, lineColor: LINE }] };
}
