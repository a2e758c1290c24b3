import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Measured, measure } from "./measure.ts";

/** A backup program under test; each method is one command, as a user would run it. */
export interface Contender {
  readonly name: string;
  init(repo: string): Promise<Measured>;
  backup(repo: string, path: string): Promise<Measured>;
  /** The newest backup into an empty folder. */
  restore(repo: string, target: string, path: string): Promise<Measured>;
  /** Reads and authenticates everything. */
  check(repo: string): Promise<Measured>;
}

const PASSWORD = "correct horse battery staple";

export function holdfast(node: string, cli: string): Contender {
  const env = { BAAS_REPO_PASSWORD: PASSWORD };
  const run = (...args: string[]) => measure([node, cli, "repo", ...args], env);
  return {
    name: "holdfast",
    init: (repo) => run("init", "--repo", repo),
    backup: (repo, path) => run("backup", "--repo", repo, path),
    restore: (repo, target) => run("restore", "--repo", repo, "latest", "--target", target),
    check: (repo) => run("check", "--repo", repo, "--read-data"),
  };
}

export function restic(work: string): Contender {
  const env = { RESTIC_PASSWORD: PASSWORD, RESTIC_CACHE_DIR: join(work, "restic-cache") };
  const run = (repo: string, ...args: string[]) => measure(["restic", "--quiet", "--repo", repo, ...args], env);
  return {
    name: "restic",
    init: (repo) => run(repo, "init"),
    backup: (repo, path) => run(repo, "backup", path),
    restore: (repo, target) => run(repo, "restore", "latest", "--target", target),
    check: (repo) => run(repo, "check", "--read-data"),
  };
}

export function borg(work: string): Contender {
  const env = {
    BORG_PASSPHRASE: PASSWORD,
    BORG_BASE_DIR: join(work, "borg-base"),
    BORG_RELOCATED_REPO_ACCESS_IS_OK: "yes",
  };
  let archive = 0;
  return {
    name: "borg",
    init: (repo) => measure(["borg", "init", "--encryption", "repokey", repo], env),
    backup: (repo, path) => measure(["borg", "create", `${repo}::a${++archive}`, path], env),
    async restore(repo, target) {
      return measure(["borg", "extract", `${repo}::a${archive}`], env, target);
    },
    check: (repo) => measure(["borg", "check", "--verify-data", repo], env),
  };
}

export function forget(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
