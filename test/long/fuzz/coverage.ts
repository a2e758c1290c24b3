/**
 * Branch counters for the engine's parsers, put into their sources as Node loads them: one counter for each block, each
 * arm of a condition, each operand that may be skipped. Import this before anything of src/.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const COUNTERS_MAX = 1 << 16;
const INSTRUMENTED = /\/src\/engine\/(?:index|pack|manifest|repository|keys)\/[^/]+\.ts$/;
const NAME = "__branches";

export const counters = new Uint8Array(COUNTERS_MAX);
Object.assign(globalThis, { [NAME]: counters });

let used = 0;
export const branchCount = (): number => used;

/** Numbers and short texts the sources compare with: what a mutation has to hit exactly. */
export const numbers = new Set<number>();
export const texts = new Set<string>();

function instrument(source: string, name: string): string {
  const { factory } = ts;
  const count = (): ts.Expression =>
    factory.createPostfixIncrement(
      factory.createElementAccessExpression(
        factory.createIdentifier(NAME),
        factory.createNumericLiteral(used++ % COUNTERS_MAX),
      ),
    );
  const counted = (expression: ts.Expression) =>
    factory.createParenthesizedExpression(factory.createComma(count(), expression));
  const transformer: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isNumericLiteral(node)) numbers.add(Number(node.text));
      if (ts.isStringLiteral(node) && node.text.length <= 24 && !ts.isImportDeclaration(node.parent))
        texts.add(node.text);
      const seen = ts.visitEachChild(node, visit, context);
      if (ts.isBlock(seen))
        return factory.updateBlock(seen, [factory.createExpressionStatement(count()), ...seen.statements]);
      if (ts.isIfStatement(seen) && !ts.isBlock(seen.thenStatement)) {
        const then = factory.createBlock([factory.createExpressionStatement(count()), seen.thenStatement]);
        return factory.updateIfStatement(seen, seen.expression, then, seen.elseStatement);
      }
      if (ts.isConditionalExpression(seen))
        return factory.updateConditionalExpression(
          seen,
          seen.condition,
          seen.questionToken,
          counted(seen.whenTrue),
          seen.colonToken,
          counted(seen.whenFalse),
        );
      if (ts.isBinaryExpression(seen)) {
        const { kind } = seen.operatorToken;
        const skips =
          kind === ts.SyntaxKind.AmpersandAmpersandToken ||
          kind === ts.SyntaxKind.BarBarToken ||
          kind === ts.SyntaxKind.QuestionQuestionToken;
        if (skips) return factory.updateBinaryExpression(seen, seen.left, seen.operatorToken, counted(seen.right));
      }
      if (ts.isArrowFunction(seen) && !ts.isBlock(seen.body))
        return factory.updateArrowFunction(
          seen,
          seen.modifiers,
          seen.typeParameters,
          seen.parameters,
          seen.type,
          seen.equalsGreaterThanToken,
          counted(seen.body),
        );
      return seen;
    };
    return ts.visitNode(file, visit) as ts.SourceFile;
  };
  return ts.transpileModule(source, {
    fileName: name,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    transformers: { before: [transformer] },
  }).outputText;
}

registerHooks({
  load(url, context, nextLoad) {
    if (!INSTRUMENTED.test(url)) return nextLoad(url, context);
    const path = fileURLToPath(url);
    return { format: "module", source: instrument(readFileSync(path, "utf8"), path), shortCircuit: true };
  },
});
