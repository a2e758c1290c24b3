/**
 * In dist/ the files are called .js: `new URL("./worker.ts", import.meta.url)` has to follow, which tsc leaves alone.
 */
import ts from "typescript";

export interface Rewritten {
  readonly text: string;
  /** Names of .ts files at places where the build cannot know what is done with them; line and name. */
  readonly unclear: readonly string[];
}

const isImportMetaUrl = (node: ts.Node | undefined): boolean => node?.getText() === "import.meta.url";

/** Is this literal the file of a `new URL(literal, import.meta.url)` or an `import.meta.resolve(literal)`? */
function isFileReference(literal: ts.StringLiteral): boolean {
  const { parent } = literal;
  if (ts.isNewExpression(parent))
    return parent.expression.getText() === "URL" && isImportMetaUrl(parent.arguments?.[1]);
  return ts.isCallExpression(parent) && parent.expression.getText() === "import.meta.resolve";
}

/** Rewrites the references of one emitted module from .ts to .js. */
export function rewriteFileUrls(path: string, text: string): Rewritten {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const ends: number[] = [];
  const unclear: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && /^\.{1,2}\/.*\.ts$/.test(node.text)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      if (isFileReference(node)) ends.push(node.getEnd() - 1);
      else unclear.push(`${path}:${line}: "${node.text}"`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  let result = text;
  // From the end, so that earlier positions stay true. `ends` points at the closing quote.
  for (const end of ends.reverse()) result = `${result.slice(0, end - "ts".length)}js${result.slice(end)}`;
  return { text: result, unclear };
}
