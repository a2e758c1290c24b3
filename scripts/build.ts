/**
 * `npm run build`: src/ as JavaScript in dist/, such that `npm pack` is a package whose `baas` runs on a plain Node 24.
 *
 * The modules are joined into few files, what several of them share in files of its own: Node resolves, opens and links
 * each file it loads, and a command of half a second should not spend a fifth of it on that.
 */
import { chmodSync, cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import { fileUrls, rewriteFileUrls } from "./build/file-urls.ts";
import { filesBelow } from "./runner/files.ts";
import { ensureConsole } from "./web/ensure-console.ts";

const root = dirname(import.meta.dirname);
const dist = join(root, "dist");
const COMMAND = "src/apps/cli/main.ts";

function fail(lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
}

const isProduct = (path: string): boolean => !/\.test\.ts$|\/testing\/|\/testing\.ts$|^src\/testing\//.test(path);
const sources = filesBelow(root, "src").filter(isProduct);
const modules = sources.filter((path) => path.endsWith(".ts"));

/** What is started by itself: the command, and every module that another names as a file (threads, processes). */
function entryPoints(): ReadonlyMap<string, string> {
  const found = modules.map((path) => fileUrls(path, readFileSync(join(root, path), "utf8")));
  const unclear = found.flatMap((each) => each.unclear);
  if (unclear.length > 0) {
    const rule = 'name a file to be run as new URL("./name.ts", import.meta.url), written out: only that is followed';
    fail(["build: these names of .ts files would lead nowhere in dist/:", ...unclear, rule]);
  }
  const started = found.flatMap(({ urls }) => urls.map(({ target }) => target)).filter((path) => path.endsWith(".ts"));
  const missing = started.filter((path) => !existsSync(join(root, path)));
  if (missing.length > 0) fail(["build: named as files to be run, but not there:", ...missing]);
  const nameOf = (path: string) => path.slice("src/".length).replace(/\.ts$/, "").replaceAll("/", "-");
  return new Map([[COMMAND, "baas"], ...started.map((path): [string, string] => [path, nameOf(path)])]);
}

const entries = entryPoints();

/** All of dist/ lies in one folder, so that a file's name is the same from wherever its module ended up. */
const ownFiles: Plugin = {
  name: "own files",
  setup({ onLoad }) {
    const emitted = new Map([...entries].map(([path, name]) => [path, `${name}.js`]));
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes("import.meta.url")) return undefined;
      return { contents: rewriteFileUrls(relative(root, path), text, emitted), loader: "ts" };
    });
  },
};

rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [...entries].map(([path, out]) => ({ in: join(root, path), out })),
  outdir: dist,
  bundle: true,
  splitting: true,
  chunkNames: "[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node24",
  packages: "external",
  plugins: [ownFiles],
  logLevel: "warning",
  metafile: true,
});

/** The console, where the server of a package looks for it. */
ensureConsole(root, (line) => process.stdout.write(`${line}\n`));
cpSync(join(root, "web/dist"), join(dist, "console"), { recursive: true });

/** What the sources read at run time from beside themselves: SQL, templates, tables. */
const assets = sources.filter((path) => !path.endsWith(".ts"));
for (const path of assets) cpSync(join(root, path), join(dist, path.slice("src/".length)));
const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { bin: Record<string, string> };
for (const [name, path] of Object.entries(bin)) {
  if (!existsSync(join(root, path)))
    fail([`build: package.json's command ${name} is ${path}, which the build did not emit`]);
  chmodSync(join(root, path), 0o755);
}
process.stdout.write(
  `build: ${modules.length} modules in ${Object.keys(metafile.outputs).length} files, and ${assets.length} other files, in dist/\n`,
);
