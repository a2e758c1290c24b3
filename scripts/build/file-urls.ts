/**
 * Sources name files beside themselves: `new URL("./worker.ts", import.meta.url)`. In dist/ the modules are joined and
 * lie elsewhere, so these names have to be rewritten.
 */
import { dirname, join, relative } from "node:path";
import ts from "typescript";

export interface FileUrl {
  /** What it names, from the root of the repository. */
  readonly target: string;
  /** The string literal in the text, quotes included. */
  readonly start: number;
  readonly end: number;
}

export interface FileUrls {
  readonly urls: readonly FileUrl[];
  /** Names of .ts files at places where the build cannot know what is done with them; line and name. */
  readonly unclear: readonly string[];
}

const isImportMetaUrl = (node: ts.Node | undefined): boolean => node?.getText() === "import.meta.url";

/** Is this literal the file of a `new URL(literal, import.meta.url)`? */
function isFileReference(literal: ts.StringLiteral): boolean {
  const { parent } = literal;
  return ts.isNewExpression(parent) && parent.expression.getText() === "URL" && isImportMetaUrl(parent.arguments?.[1]);
}

/** Imports are the bundler's. */
function isImport({ parent }: ts.StringLiteral): boolean {
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return true;
  return ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword;
}

/** The files that the module at `path` (from the root of the repository) names. */
export function fileUrls(path: string, text: string): FileUrls {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const urls: FileUrl[] = [];
  const unclear: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && node.text.startsWith(".")) {
      const [start, end] = [node.getStart(), node.getEnd()];
      if (isFileReference(node)) urls.push({ target: join(dirname(path), node.text), start, end });
      else if (/^\.{1,2}\/.*\.ts$/.test(node.text) && !isImport(node))
        unclear.push(`${path}:${source.getLineAndCharacterOfPosition(start).line + 1}: "${node.text}"`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { urls, unclear };
}

/**
 * The text with every named file written as seen from dist/, where `emitted` says what became of a module; other files
 * of src/ are copied to the same place below dist/.
 */
export function rewriteFileUrls(path: string, text: string, emitted: ReadonlyMap<string, string>): string {
  let result = text;
  // From the end, so that earlier positions stay true.
  for (const { target, start, end } of [...fileUrls(path, text).urls].reverse()) {
    const name = emitted.get(target) ?? relative("dist", target).replace(/^\.\.\/src\//, "");
    result = `${result.slice(0, start)}"${name.startsWith(".") ? name : `./${name}`}"${result.slice(end)}`;
  }
  return result;
}
