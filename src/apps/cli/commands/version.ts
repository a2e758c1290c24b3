import type { Register } from "../register.ts";
import { show } from "../output.ts";
import { PRODUCT_VERSION } from "../version.ts";

export const register: Register = (program, io) => {
  program
    .command("version")
    .summary("print the version")
    .description("Print the version of this program and of the Node that runs it.")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  $ baas version\n")
    .action((options: { json?: boolean }) => {
      const found = { version: PRODUCT_VERSION, node: process.versions.node };
      show(io, options, found, ({ version, node }) => `baas ${version} (Node ${node})`);
    });
};
