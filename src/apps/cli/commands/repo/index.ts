import type { Register } from "../../register.ts";
import { registerBackup } from "./backup.ts";
import { registerCat } from "./cat.ts";
import { registerCheck } from "./check.ts";
import { registerForget, registerUndelete } from "./forget.ts";
import { registerInit } from "./init.ts";
import { registerList } from "./list.ts";
import { registerMount } from "./mount.ts";
import { registerRestore } from "./restore.ts";
import { registerStats } from "./stats.ts";
import { registerUncover } from "./uncover.ts";
import { registerSweep } from "./sweep.ts";

const DESCRIPTION = `Back up and restore without a server: a repository in a folder, opened with a passphrase.

The passphrase comes from BAAS_REPO_PASSWORD, or is asked for. Without it nobody can read the backups, not even we.`;

export const register: Register = (program, io) => {
  const repo = program
    .command("repo")
    .summary("back up and restore without a server")
    .description(DESCRIPTION)
    .addHelpText("after", "\nExample:\n  $ baas repo backup --repo /srv/backups /home --exclude '*.tmp'\n");
  registerInit(repo, io);
  registerBackup(repo, io);
  registerList(repo, io);
  registerRestore(repo, io);
  registerMount(repo, io);
  registerCheck(repo, io);
  registerForget(repo, io);
  registerUndelete(repo, io);
  registerSweep(repo, io);
  registerStats(repo, io);
  registerUncover(repo, io);
  registerCat(repo, io);
};
