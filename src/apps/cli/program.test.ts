import assert from "node:assert/strict";
import test from "node:test";
import type { Command } from "commander";
import { systemClock, systemRandom } from "../../base/index.ts";
import type { CliIo } from "./io.ts";
import { buildProgram } from "./program.ts";
import { cli } from "./testing.ts";

test("no arguments show the help and exit 0; a group alone shows its help and exits 2", async () => {
  const all = await cli([]);
  assert.equal(all.code, 0);
  assert.match(all.stdout, /Usage: baas COMMAND/);
  const group = await cli(["repo"]);
  assert.equal(group.code, 2);
  assert.match(group.stderr, /Usage: baas repo/);
});

test("a misspelt command or option is a usage error with a suggestion", async () => {
  const command = await cli(["reop"]);
  assert.equal(command.code, 2);
  assert.match(command.stderr, /unknown command 'reop'[\s\S]*Did you mean repo\?[\s\S]*code: CLI_USAGE/);
  const sub = await cli(["repo", "lst"]);
  assert.match(sub.stderr, /Did you mean list\?/);
  const option = await cli(["repo", "list", "--repo", "/tmp", "--jsno"]);
  assert.equal(option.code, 2);
  assert.match(option.stderr, /Did you mean --json\?/);
});

test("with --json an error is the problem object on standard error", async () => {
  const run = await cli(["repo", "list", "--json"]);
  assert.equal(run.code, 2);
  assert.equal(run.stdout, "");
  const problem = JSON.parse(run.stderr);
  assert.equal(problem.code, "CLI_USAGE");
  assert.equal(problem.retryable, false);
  assert.match(problem.detail, /--repo/);
  assert.ok(problem.fix.length > 0);
});

test("every command has a summary, an example and, if it runs, --json", async () => {
  const stdout = { columns: 100, write: () => true } as unknown as NodeJS.WriteStream;
  const io = { stdout, stderr: stdout, clock: systemClock, random: systemRandom, env: {} } as unknown as CliIo;
  const program = await buildProgram(io, "*");
  const visit = async (command: Command, path: readonly string[]): Promise<void> => {
    const help = await cli([...path, "--help"]);
    assert.equal(help.code, 0, path.join(" "));
    assert.match(help.stdout, /Example/, path.join(" "));
    const below = command.commands.filter((sub) => sub.name() !== "help");
    if (path.length > 0) assert.ok(command.summary() !== "", path.join(" "));
    if (below.length === 0 && path[0] !== "completion") assert.match(help.stdout, /--json/, path.join(" "));
    for (const line of help.stdout.split("\n")) assert.ok(line.length <= 130, line);
    for (const sub of below) await visit(sub, [...path, sub.name()]);
  };
  await visit(program, []);
});

test("no colour codes outside a terminal, nor on one with NO_COLOR", async () => {
  const escape = "\x1b[";
  assert.ok(!(await cli(["nope"])).stderr.includes(escape));
  assert.ok((await cli(["nope"], { terminal_chars: 80 })).stderr.includes(escape));
  assert.ok(!(await cli(["nope"], { terminal_chars: 80, env: { NO_COLOR: "1" } })).stderr.includes(escape));
});
