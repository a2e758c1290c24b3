import type { Command } from "commander";
import { cliError } from "../errors.ts";

/** A command that speaks to a server: name, description, the options all of them have, and an example. */
export function serverCommand(parent: Command, name: string, description: string, example: string): Command {
  return parent
    .command(name)
    .summary(description.split("\n")[0] ?? "")
    .description(description)
    .option("--json", "print JSON")
    .option("--server <url>", "URL or socket of the server (BAAS_SERVER; by default the one on this machine)")
    .option("--token <token>", "access token (BAAS_TOKEN; by default the admin token in the data folder)")
    .option("--data <dir>", "data folder of the server on this machine (BAAS_DATA_DIR)")
    .addHelpText("after", `\nExample:\n  $ ${example}\n`);
}

/** A group of commands. */
export function group(parent: Command, name: string, summary: string, example: string): Command {
  return parent
    .command(name)
    .summary(summary)
    .description(summary)
    .addHelpText("after", `\nExample:\n  $ ${example}\n`);
}

/** For what may be given as an argument or as an option. @throws CLI_USAGE */
export function required(value: string | undefined, what: string): string {
  if (value === undefined || value === "") throw cliError("CLI_USAGE", `${what} is missing`);
  return value;
}

/** Pages are fetched until the list is complete, or this long. */
export const LIST_MAX = 10_000;
export const PAGE_SIZE = 1000;
