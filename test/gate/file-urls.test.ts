import assert from "node:assert/strict";
import test from "node:test";
import { fileUrls, rewriteFileUrls } from "../../scripts/build/file-urls.ts";

const EMITTED = new Map([["src/a/worker.ts", "a-worker.js"]]);

test("files named relative to the module are found where the build puts them", () => {
  const before = [
    'import { b } from "../b/b.ts"; const c = await import("./c.ts");',
    'new Worker(new URL("./worker.ts", import.meta.url));',
    'const d = new URL( "../../wasm/gear.wasm" , import.meta.url ), e = new URL("./e.sql", import.meta.url);',
  ].join("\n");
  const after = before
    .replace('"./worker.ts"', '"./a-worker.js"')
    .replace('"../../wasm/gear.wasm"', '"../wasm/gear.wasm"')
    .replace('"./e.sql"', '"./a/e.sql"');
  assert.equal(rewriteFileUrls("src/a/a.ts", before, EMITTED), after);
  assert.deepEqual(fileUrls("src/a/a.ts", before).unclear, []);
});

test("other strings stay as they are", () => {
  const text = 'log("see docs.ts"); // new URL("./x.ts", import.meta.url)\n';
  assert.equal(rewriteFileUrls("src/a.ts", text, EMITTED), text);
});

test("a name whose use is unclear is reported with its line", () => {
  const { unclear } = fileUrls("src/a.ts", '\nconst name = "./worker.ts";\nnew URL(name, import.meta.url);');
  assert.deepEqual(unclear, ['src/a.ts:2: "./worker.ts"']);
});
