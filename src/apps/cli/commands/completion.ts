import { Argument } from "commander";
import { completionScript, SHELLS } from "../completion-script.ts";
import type { Register } from "../register.ts";

export const register: Register = (program, io) => {
  program
    .command("completion")
    .summary("print a shell's completion script")
    .description("Print the completion script of a shell.")
    .addArgument(new Argument("<shell>", "bash, zsh or fish").choices([...SHELLS]))
    .addHelpText("after", "\nExample:\n  $ source <(baas completion bash)\n")
    .action((shell: (typeof SHELLS)[number]) => {
      io.stdout.write(completionScript(shell, program));
    });
};
