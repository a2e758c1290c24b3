/** How `baas` is started from the sources, and in which surroundings. */
import { join } from "node:path";

const CLI = join(import.meta.dirname, "..", "..", "src", "apps", "cli", "main.ts");

/** How to start the command line from the sources. */
export function baasCommand(args: readonly string[]): { readonly command: string; readonly args: readonly string[] } {
  return { command: process.execPath, args: [CLI, ...args] };
}

/** Our own environment without what would lead to the user's own installation or database. */
export function privateEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("BAAS_") && name !== "DATABASE_URL");
  return Object.fromEntries(own);
}
