import assert from "node:assert/strict";
import test from "node:test";
import { rewriteFileUrls } from "../../scripts/build/file-urls.ts";

test("files named relative to the module follow it to .js", () => {
  const before = [
    'new Worker(new URL("./worker.ts", import.meta.url));',
    'const b = new URL( "../a/b.ts" , import.meta.url ), c = import.meta.resolve("./c.ts");',
  ].join("\n");
  const { text, unclear } = rewriteFileUrls("a.js", before);
  assert.equal(text, before.replaceAll(".ts", ".js"));
  assert.deepEqual(unclear, []);
});

test("other strings and other files stay as they are", () => {
  const text = 'new URL("./gear.wasm", import.meta.url); log("see docs.ts"); // new URL("./x.ts", import.meta.url)\n';
  assert.deepEqual(rewriteFileUrls("a.js", text), { text, unclear: [] });
});

test("a name whose use is unclear is reported with its line", () => {
  const { unclear } = rewriteFileUrls("dist/a.js", '\nconst name = "./worker.ts";\nnew URL(name, import.meta.url);');
  assert.deepEqual(unclear, ['dist/a.js:2: "./worker.ts"']);
});
