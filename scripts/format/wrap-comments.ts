/**
 * Breaks comment lines that are too long, which the formatter leaves alone. What passes the edge flows into the next
 * line.
 */
import ts from "typescript";

/** A line that begins a thing of its own: list item, tag, table, `Nouns:` and the like; or holds nothing. */
const OWN_LINE = /^(\s*$|\s*([-*#@|`>]|\d+\.\s|\/\*|[A-Z]\w*:))/;

/** Where comments that stand alone on their lines begin and end. */
function comments(source: ts.SourceFile): ts.CommentRange[] {
  const text = source.text;
  const found = new Map<number, ts.CommentRange>();
  const visit = (node: ts.Node): void => {
    for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) {
      const lineStart = text.lastIndexOf("\n", range.pos - 1) + 1;
      if (text.slice(lineStart, range.pos).trim() === "") found.set(range.pos, range);
    }
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  return [...found.values()].sort((a, b) => a.pos - b.pos);
}

/** Lines of text → lines that fit; indented continuations keep their indent. */
function flow(lines: readonly string[], width: number): string[] {
  const wrapped: string[] = [];
  const rest = [...lines];
  for (let line = rest.shift(); line !== undefined; line = rest.shift()) {
    const cut = line.length > width && !line.includes("://") ? line.lastIndexOf(" ", width) : -1;
    const indent = /^\s*([-*]\s+)?/.exec(line)?.[0].length ?? 0;
    if (cut <= indent) {
      wrapped.push(line);
      continue;
    }
    wrapped.push(line.slice(0, cut).trimEnd());
    const overflow = line.slice(cut + 1);
    const next = rest[0];
    const continues = next !== undefined && !OWN_LINE.test(next) && /^\s*/.exec(next)?.[0].length === indent;
    if (continues) rest[0] = `${" ".repeat(indent)}${overflow} ${next.trimStart()}`;
    else rest.unshift(`${" ".repeat(indent)}${overflow}`);
  }
  return wrapped;
}

function wrapBlock(comment: string, indent: string, columns: number): string {
  const opening = comment.startsWith("/**") ? "/**" : "/*";
  const body = comment.slice(opening.length, -"*/".length).split("\n");
  const hasStars = body.slice(1, -1).every((line) => /^\s*\*( |$)/.test(line));
  if (body.length > 1 && !hasStars) return comment;
  const lines = body.map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  if (body.length === 1 || lines[0] !== "") lines[0] = (lines[0] ?? "").trimStart();
  while (lines.length > 1 && lines[0] === "") lines.shift();
  while (lines.length > 1 && lines.at(-1) === "") lines.pop();
  const stars = flow(lines, columns - indent.length - " * ".length).map((line) => `${indent} * ${line}`.trimEnd());
  return [opening, ...stars, `${indent} */`].join("\n");
}

/** The text with every stand-alone comment within `columns`; comments that fit stay byte for byte. */
export function wrapComments(path: string, text: string, columns: number): string {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const ranges = comments(source);
  let result = text;
  for (let last = ranges.length - 1; last >= 0; last -= 1) {
    const range = ranges[last] as ts.CommentRange;
    const lineStart = text.lastIndexOf("\n", range.pos - 1) + 1;
    const indent = text.slice(lineStart, range.pos);
    const fits = (from: number, to: number): boolean =>
      text
        .slice(from, to)
        .split("\n")
        .every((line) => line.length <= columns);
    if (range.kind === ts.SyntaxKind.MultiLineCommentTrivia) {
      if (fits(lineStart, range.end)) continue;
      const wrapped = wrapBlock(text.slice(range.pos, range.end), indent, columns);
      result = result.slice(0, range.pos) + wrapped + result.slice(range.end);
      continue;
    }
    // Line comments on neighbouring lines are one text.
    let first = last;
    const follows = (index: number): boolean => {
      const before = ranges[index - 1];
      if (before === undefined || before.kind !== ts.SyntaxKind.SingleLineCommentTrivia) return false;
      return text.slice(before.end, (ranges[index] as ts.CommentRange).pos) === `\n${indent}`;
    };
    while (follows(first)) first -= 1;
    last = first;
    const start = (ranges[first] as ts.CommentRange).pos;
    if (fits(lineStart, range.end) && fits(start, range.end)) continue;
    const lines = text.slice(start, range.end).split("\n");
    const words = lines.map((line) => line.trimStart().replace(/^\/\/ ?/, ""));
    const wrapped = flow(words, columns - indent.length - "// ".length).map((line) => `// ${line}`.trimEnd());
    result = result.slice(0, start) + wrapped.join(`\n${indent}`) + result.slice(range.end);
  }
  return result;
}
