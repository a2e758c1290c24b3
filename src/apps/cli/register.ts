import type { Command } from "commander";
import type { CliIo } from "./io.ts";

/** Adds a command (with its own commands below it) to the program. */
export type Register = (program: Command, io: CliIo) => void;
