/** What the demo writes to the terminal: calm in colour, readable in a pipe. */
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

const INDENT = "    ";
const WIDTH_CHARS_MAX = 118;

/** One line of the closing table. */
export interface Finding {
  readonly claim: string;
  readonly held: boolean;
  /** What was measured, with its unit; several facts are several lines. */
  readonly figures: readonly string[];
}

export interface Screen {
  readonly is_terminal: boolean;
  title(text: string): void;
  /** Numbered headline of what comes next. */
  step(text: string): void;
  /** A sentence of the demo's own. */
  say(text: string): void;
  /** A command as the user would type it. */
  command(words: readonly string[]): void;
  /** Output of a command. */
  output(text: string): void;
  /** A fact that was checked on the way. */
  check(held: boolean, text: string): void;
  table(title: string, findings: readonly Finding[]): void;
  failure(text: string): void;
}

export function openScreen(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Screen {
  const is_terminal = stream.isTTY === true;
  const coloured = is_terminal && !env["NO_COLOR"];
  const paint = (style: Style, text: string): string =>
    coloured ? styleText(style, text, { validateStream: false }) : text;
  const width = Math.min(WIDTH_CHARS_MAX, Math.max(60, stream.columns ?? WIDTH_CHARS_MAX));
  const line = (text = ""): void => void stream.write(`${text}\n`);
  const mark = (held: boolean): string => (held ? paint("green", "✓") : paint("red", "✗"));
  let steps = 0;

  return {
    is_terminal,
    title: (text) => line(`\n${paint("bold", text)}\n`),
    step: (text) => line(`\n${paint("cyan", String(++steps).padStart(2))}  ${paint("bold", text)}`),
    say: (text) => {
      for (const part of wrap(text, width - INDENT.length)) line(INDENT + part);
    },
    command: (words) => line(`${INDENT}${paint("dim", "$")} ${paint("yellow", words.map(quoted).join(" "))}`),
    output: (text) => {
      for (const part of text.trimEnd().split("\n")) line(part === "" ? "" : INDENT + paint("dim", part));
    },
    check: (held, text) => {
      const [first = "", ...rest] = wrap(text, width - INDENT.length - 2);
      line(`${INDENT}${mark(held)} ${first}`);
      for (const part of rest) line(`${INDENT}  ${part}`);
    },
    table: (title, findings) => {
      line(`\n${paint("bold", title)}\n`);
      const column = Math.max(...findings.map(({ claim }) => claim.length)) + 2;
      for (const { claim, held, figures } of findings) {
        const lines = figures.flatMap((figure) => wrap(figure, width - column - 4));
        line(`  ${mark(held)} ${paint("bold", claim.padEnd(column))}${lines[0] ?? ""}`);
        for (const more of lines.slice(1)) line(`    ${" ".repeat(column)}${more}`);
      }
      line();
    },
    failure: (text) => line(`\n${paint("red", text)}`),
  };
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = current === "" ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}

/** A word as a shell would need it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
