/** Style as a test: what no other tool checks, each finding with file, line and remedy. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { filesBelow } from "../runner/files.ts";
import type { Gate } from "./gate.ts";
import { BANNED_USES } from "./ports.ts";
import { ROOMS } from "./rooms.ts";

const LINES_MAX = 400;
const COLUMNS_MAX = 120;
const TEST_COLUMNS_MAX = 180;
/** Longer than {@link LINES_MAX}, each for a reason. */
const LONG_FILES: ReadonlyMap<string, string> = new Map();

const FREE_FILE = /(\.(test|long)\.ts$|\/testing\/|\/testing\.ts$|^src\/testing\/)/;
const FORBIDDEN_FOLDERS = new Set(["utils", "util", "helpers", "helper", "lib", "common", "misc"]);

const LITERAL = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g;

/**
 * Lines over the limit, but for those that hold an address, or are long only by a literal that would read worse cut up.
 */
function longLines(path: string, lines: readonly string[]): string[] {
  return lines.flatMap((line, index) => {
    if (line.length <= COLUMNS_MAX || line.includes("://")) return [];
    // Scripts for a shell and for other threads stand in templates of several lines, which only tests have.
    if (/^test\/|\.test\.ts$/.test(path) && line.length <= TEST_COLUMNS_MAX) return [];
    if (line.replace(LITERAL, '""').length <= COLUMNS_MAX && !/^\s*(\/?\*|\/\/)/.test(line)) return [];
    return `${path}:${index + 1}: ${line.length} columns; at most ${COLUMNS_MAX}; npm run format wraps it`;
  });
}

/** `Date.now` of `Date.now()`, `setTimeout` of a call of the global, `randomBytes` of whatever it is called on. */
function usesOf(node: ts.Node): string[] {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const object = node.expression.text;
    return [`${object}.${node.name.text}`, `${object}.*`, ...(object === "crypto" ? [node.name.text] : [])];
  }
  if (ts.isElementAccessExpression(node) && ts.isIdentifier(node.expression)) return [`${node.expression.text}.*`];
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && (node.arguments?.length ?? 0) === 0) {
    return [`new ${node.expression.text}()`];
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) return [node.expression.text];
  // `import { env } from "node:process"`, `import { setTimeout } from "node:timers/promises"`
  if (ts.isImportSpecifier(node)) {
    const module = node.parent.parent.parent.moduleSpecifier;
    const name = (node.propertyName ?? node.name).text;
    if (!ts.isStringLiteral(module) || !module.text.startsWith("node:")) return [];
    return [name, `${module.text.slice("node:".length)}.${name}`];
  }
  return [];
}

function bannedUses(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const bans = BANNED_USES.filter(({ allowed }) => !allowed.some((prefix) => path.startsWith(prefix)));
  const findings: string[] = [];
  const visit = (node: ts.Node): void => {
    const uses = usesOf(node);
    const ban = bans.find(({ use }) => uses.includes(use));
    if (ban !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      const where = ban.allowed.join(", ");
      findings.push(`${path}:${line}: ${ban.use} is allowed in ${where} only; use ${ban.instead}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}

/** Every room has a door, and the door says what the room is before anything else. */
function doors(root: string, files: readonly string[]): string[] {
  return ROOMS.flatMap((room) => {
    const inside = files.filter((path) => path.startsWith(`src/${room}/`));
    const door = `src/${room}/index.ts`;
    // An app is started through its main.ts and imported by nobody, unless it opens a door.
    if (inside.length === 0 || (room.startsWith("apps/") && !inside.includes(door))) return [];
    if (!inside.includes(door)) return [`${door}: room ${room} has no door; other rooms may import nothing else`];
    const header = /^\/\*\*[\s\S]*?\*\//.exec(readFileSync(join(root, door), "utf8"));
    return header === null
      ? [`${door}: a door begins with a header comment: what the room is, its nouns, its invariants`]
      : [];
  });
}

function folders(files: readonly string[]): string[] {
  const bad = files.filter((path) =>
    path
      .split("/")
      .slice(0, -1)
      .some((name) => FORBIDDEN_FOLDERS.has(name)),
  );
  return bad.map((path) => `${path}: name the folder after what it holds; utils, helpers and lib hold anything`);
}

/** Sources run unbuilt: a .js beside a .ts was emitted by accident and would be published or imported in its place. */
function emitted(files: readonly string[]): string[] {
  const all = new Set(files);
  const strays = files.filter((path) => path.endsWith(".js") && all.has(path.replace(/\.js$/, ".ts")));
  return strays.map((path) => `${path}: emitted beside its source; delete it (npm run build writes to dist/)`);
}

export const tidy: Gate = {
  name: "tidy",
  purpose: "length of files and lines, doors with headers, and ports instead of direct calls",
  async run(root) {
    const files = ["src", "test", "scripts", "web"].flatMap((folder) => filesBelow(root, folder));
    const findings = [...doors(root, files), ...folders(files), ...emitted(files)];
    // What a program generated is not for reading; a test of its own keeps it true.
    for (const path of files.filter((name) => /\.(tsx?|mjs|cjs)$/.test(name) && !name.includes("/generated/"))) {
      const text = readFileSync(join(root, path), "utf8");
      const lines = text.split("\n");
      const reason = LONG_FILES.get(path);
      if (lines.length > LINES_MAX + 1 && reason === undefined) {
        findings.push(`${path}: ${lines.length - 1} lines; at most ${LINES_MAX}: which two things does it do?`);
      }
      findings.push(...longLines(path, lines));
      if (path.startsWith("src/") && !FREE_FILE.test(path)) findings.push(...bannedUses(path, text));
    }
    return findings;
  },
};
