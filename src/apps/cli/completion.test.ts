import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";
import { cli } from "./testing.ts";

/** What bash offers after these words. */
async function offers(...words: string[]): Promise<string[]> {
  const { stdout } = await cli(["completion", "bash"]);
  const line = ["baas", ...words];
  const quoted = line.map((word) => `'${word}'`).join(" ");
  const script = `${stdout}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${line.length - 1}; _baas; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["--norc", "-c", script], { encoding: "utf8" }).split("\n").filter(Boolean);
}

test("bash completes commands, commands below them, and options", async () => {
  assert.ok((await offers("")).includes("restore"));
  assert.deepEqual(await offers("cov"), ["coverage"]);
  assert.deepEqual((await offers("policy", "re")).sort(), ["reattach"]);
  assert.ok((await offers("restore", "--")).includes("--target-project"));
  assert.deepEqual(await offers("backup", "show", "--backup"), ["--backup-id"]);
  assert.deepEqual(await offers("repo", "init", "--repo", "/et"), ["/etc"]);
});

test("zsh and fish get a script; another shell is refused with a suggestion", async () => {
  assert.match((await cli(["completion", "zsh"])).stdout, /bashcompinit/);
  const { stdout } = await cli(["completion", "fish"]);
  assert.match(
    stdout,
    /complete -c baas -n '__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from attach' -l target-tag/,
  );
  assert.equal((await cli(["completion", "tcsh"])).code, 2);
});
