// Builds wasm/gear.wasm from wasm/gear.ts and writes its SHA-256 beside it. Both are committed, so that nobody needs
// the compiler to run the product; `src/engine/chunk/kernel.test.ts` rebuilds and compares.
//   node wasm/build.mjs            writes wasm/gear.wasm and wasm/gear.wasm.sha256
//   import { buildKernel }         returns the bytes, writes nothing
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

/** Compiles the kernel. Rejects with the compiler's own messages. */
export async function buildKernel() {
  const { default: asc } = await import("assemblyscript/asc");
  const source = await readFile(new URL("gear.ts", import.meta.url), "utf8");
  let bytes;
  const { error, stderr } = await asc.main(
    [
      "gear.ts",
      "--outFile=gear.wasm",
      "-O3",
      "--noAssert",
      "--converge",
      "--runtime=stub",
      "--importMemory",
      "--enable=simd",
    ],
    {
      readFile: (name) => (name === "gear.ts" ? source : null),
      writeFile: (name, contents) => {
        if (name === "gear.wasm") bytes = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`the kernel does not compile: ${error.message}\n${stderr}`);
  if (!bytes) throw new Error("the compiler wrote no gear.wasm");
  return bytes;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const bytes = await buildKernel();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await writeFile(new URL("gear.wasm", import.meta.url), bytes);
  await writeFile(new URL("gear.wasm.sha256", import.meta.url), `${sha256}  gear.wasm\n`);
  process.stdout.write(`gear.wasm ${bytes.length} bytes, SHA-256 ${sha256}\n`);
}
