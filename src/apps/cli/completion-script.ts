import type { Command } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A command by its words, with what may follow: names of commands and options. */
interface Node {
  /** `""` for the program itself, else `policy attach`. */
  readonly words: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly { readonly long: string; readonly takes_value: boolean; readonly text: string }[];
}

/** The completion script of a shell, made from the commands themselves. */
export function completionScript(shell: (typeof SHELLS)[number], program: Command): string {
  const nodes = [...walk(program, [])];
  if (shell === "fish") return fish(nodes);
  // zsh runs bash's completion functions through its own bashcompinit.
  return shell === "zsh"
    ? `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(nodes)}`
    : bash(nodes);
}

function* walk(command: Command, words: readonly string[]): Generator<Node> {
  const below = command.commands.filter((sub) => sub.name() !== "help");
  const options = command.options.flatMap(({ long, required, optional, description }) =>
    long === undefined || long === null ? [] : [{ long, takes_value: required || optional, text: description }],
  );
  yield {
    words: words.join(" "),
    commands: below.map((sub) => ({ name: sub.name(), summary: sub.summary() })),
    options: [...options, { long: "--help", takes_value: false, text: "show help" }],
  };
  for (const sub of below) yield* walk(sub, [...words, sub.name()]);
}

function bash(nodes: readonly Node[]): string {
  const cases = nodes.map(({ words, commands, options }) => {
    const next = [...commands.map(({ name }) => name), ...options.map(({ long }) => long)].join(" ");
    return `    "${words}") next="${next}" ;;`;
  });
  const groups = nodes.filter(({ commands }) => commands.length > 0);
  const steps = groups.flatMap(({ words, commands }) => commands.map(({ name }) => `"${words}|${name}"`));
  const values = [
    ...new Set(nodes.flatMap(({ options }) => options.filter((it) => it.takes_value).map((it) => it.long))),
  ];
  return `_baas() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" next="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path|$word" in
      ${steps.join("|")}) path="\${path:+$path }$word" ;;
    esac
  done
  # The value of an option: leave it to the shell, which knows files.
  case "$previous" in
    ${values.join("|")}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$next" -- "$current"))
}
complete -o filenames -o bashdefault -F _baas baas
`;
}

function fish(nodes: readonly Node[]): string {
  const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = ["complete -c baas -f"];
  for (const { words, commands, options } of nodes) {
    const seen = words.split(" ").filter(Boolean);
    const conditions = seen.map((word) => `__fish_seen_subcommand_from ${word}`);
    if (commands.length > 0) {
      const none = `not __fish_seen_subcommand_from ${commands.map(({ name }) => name).join(" ")}`;
      const here = [...conditions, none].join("; and ");
      for (const { name, summary } of commands)
        lines.push(`complete -c baas -n ${quote(here)} -a ${name} -d ${quote(summary)}`);
    } else {
      for (const { long, takes_value, text } of options) {
        const value = takes_value ? " -r -F" : "";
        lines.push(
          `complete -c baas -n ${quote(conditions.join("; and "))} -l ${long.slice(2)}${value} -d ${quote(text)}`,
        );
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
