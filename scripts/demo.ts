/**
 * `npm run demo [-- FOLDER] [-- --once] [-- --keep]`: a real server protects real files of this machine, by the
 * commands a user types, and other tools say whether what came back is what went in. Exit code 0 only when everything
 * held.
 */
import { chmodSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { formatBytes, formatCount, formatDuration } from "../src/apps/cli/index.ts";
import { CommandError, openBaas } from "./demo/baas.ts";
import { SECOND_REGION } from "./demo/policies.ts";
import { ProcessError } from "./demo/process.ts";
import { firstBackup, makePolicy, secondBackup, tagWorkload } from "./demo/protect.ts";
import { refuseInPlace, restoreAndCompare, seeSchedule, verifyBoth, waitForCopies } from "./demo/recover.ts";
import { rescue } from "./demo/rescue.ts";
import { openScreen, type Finding, type Screen } from "./demo/screen.ts";
import { type DemoServer, ServerError, startServer } from "./demo/server.ts";
import { type Folders, foldersIn } from "./demo/stage.ts";
import { chooseTree, overlap, type Tree, TreeError } from "./demo/tree.ts";
import { ensureConsole } from "./web/ensure-console.ts";

const USAGE = `npm run demo -- [FOLDER] [--once] [--keep]

FOLDER   real files to protect; only read. By default a tree of this machine with at least 20,000 files.
--once   end when everything is proved; otherwise the server stays up until Ctrl-C
--keep   leave the demo's data folder when it ends`;
/** Two regions, the copies of both, three restores: what a byte of the tree may take on the disk at most. */
const SPACE_FACTOR = 7;
const ROOT = dirname(import.meta.dirname);

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(name, () => interrupt.abort(new Error(`stopped by ${name}`)));

process.exitCode = await main();

async function main(): Promise<number> {
  const screen = openScreen(process.stdout, process.env);
  let values: { once?: boolean; keep?: boolean; help?: boolean };
  let positionals: string[];
  try {
    const boolean = { type: "boolean" } as const;
    ({ values, positionals } = parseArgs({
      allowPositionals: true,
      options: { once: boolean, keep: boolean, help: boolean },
    }));
    if (positionals.length > 1) throw new Error("one folder at most");
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const start_ms = performance.now();
  const base = mkdtempSync(join(tmpdir(), "holdfast-demo-"));
  // PostgreSQL, which does not run as root, has to pass through; what is private is closed below it.
  chmodSync(base, 0o711);
  let server: DemoServer | undefined;
  const findings: Finding[] = [];
  const discarded: Promise<void>[] = [];
  try {
    const tree = chooseTree(positionals[0], join(ROOT, "node_modules"));
    checkPlace(tree, base);
    introduce(screen, tree, base, values.keep === true);
    server = await start(screen, foldersIn(base));
    await play(screen, server, foldersIn(base), tree, findings, (folder) => {
      if (!values.keep) discarded.push(discard(folder));
    });
    screen.table(`What was proved, in ${formatDuration(performance.now() - start_ms)}`, findings);
    const held = findings.every((finding) => finding.held);
    if (!held) screen.failure("Not everything held: see ✗ above.");
    if (!values.once) await stayUp(screen, server);
    return held ? 0 : 1;
  } catch (error) {
    if (findings.length > 0) screen.table("What was proved until then", findings);
    if (interrupt.signal.aborted) {
      screen.say("Stopped.");
      return 130;
    }
    const known = [TreeError, ServerError, CommandError, ProcessError].some((kind) => error instanceof kind);
    screen.failure(known ? (error as Error).message : ((error as Error).stack ?? String(error)));
    if (server !== undefined && values.keep) screen.say(`The server's log: ${server.log_path}`);
    return error instanceof TreeError ? 2 : 1;
  } finally {
    await server?.stop();
    await Promise.all(discarded);
    if (values.keep) screen.say(`Kept: ${base}`);
    else rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Deleting tens of thousands of files takes long on a busy disk: it goes on beside what follows. */
function discard(folder: string): Promise<void> {
  // What is left goes with the whole folder in the end.
  return rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

function checkPlace(tree: Tree, base: string): void {
  if (tree.roots.some((root) => overlap(root, base))) {
    throw new TreeError(`the demo's own folder, ${base}, lies in the tree; set TMPDIR to a place outside of it`);
  }
  const { bavail, bsize } = statfsSync(base);
  const needed = tree.size_bytes * SPACE_FACTOR;
  if (bavail * bsize < needed) {
    const message = `${base} has ${formatBytes(bavail * bsize)} free, and the demo may take ${formatBytes(needed)}`;
    throw new TreeError(`${message}; set TMPDIR to a place with more, or name a smaller folder`);
  }
}

function introduce(screen: Screen, tree: Tree, base: string, keep: boolean): void {
  screen.title("Holdfast: tag it, and it is backed up, copied, verified and restorable");
  screen.say(
    `Files     ${tree.roots.join(", ")}: ${formatCount(tree.file_count)} files, ${formatBytes(tree.size_bytes)}; only read`,
  );
  screen.say(`Folder    ${base}${keep ? "" : " (gone when the demo ends)"}`);
  screen.say(
    "Commands  below are run as shown; `baas` is `npm run -s baas --` with BAAS_DATA_DIR set to the data folder",
  );
}

async function start(screen: Screen, folders: Folders): Promise<DemoServer> {
  ensureConsole(ROOT, (line) => screen.say(line));
  screen.step("Start the server");
  screen.command(["baas", "up", "--data", folders.data, "--keys", folders.keys]);
  const server = await startServer({
    data_dir: folders.data,
    keys_dir: folders.keys,
    log_path: join(folders.base, "server.log"),
  });
  screen.check(
    true,
    `up in ${formatDuration(server.start_ms)}: its own PostgreSQL, a key manager in a process and folder of its own, two regions`,
  );
  return server;
}

async function play(
  screen: Screen,
  server: DemoServer,
  folders: Folders,
  tree: Tree,
  findings: Finding[],
  done: (folder: string) => void,
): Promise<void> {
  const baas = openBaas(screen, server, interrupt.signal);
  const stage = { screen, baas, server, folders, tree, signal: interrupt.signal, findings };
  await makePolicy(stage);
  const { due_ms } = await tagWorkload(stage);
  const since_ms = Date.now();
  const first = await firstBackup(stage);
  const newest = await secondBackup(stage, first);
  await waitForCopies(stage, [first, newest]);
  await verifyBoth(stage, first, newest);

  screen.step("Restore the newest backup, and let other tools compare");
  const { restored_newest, restored_first, changing, before } = folders;
  await restoreAndCompare(stage, newest, { claim: "restored", target: restored_newest, changing }, since_ms);
  done(restored_newest);
  screen.step("Restore the first backup from its copy in the other region");
  const from_copy = {
    claim: "restored from the copy",
    target: restored_first,
    changing: before,
    region: SECOND_REGION,
  };
  await restoreAndCompare(stage, first, from_copy, since_ms);
  done(restored_first);
  await refuseInPlace(stage, newest);
  const scheduled = await seeSchedule(stage, due_ms);
  await rescue(stage, scheduled);
}

/** Leaves the server to whoever wants to look around. */
async function stayUp(screen: Screen, server: DemoServer): Promise<void> {
  screen.say(`The server stays up at ${server.url} until Ctrl-C. In another terminal, in this folder:`);
  screen.output(
    [
      "",
      `export BAAS_DATA_DIR=${server.data_dir}`,
      "npm run -s baas -- list",
      "npm run -s baas -- coverage report",
      "npm run -s baas -- policy preview --policy critical-1h",
      "",
    ].join("\n"),
  );
  screen.say(`The console is at ${server.url}; sign in with the token in ${server.admin_token_path}.`);
  screen.say(`The API's contract is ${server.url}/openapi.json; its admin token is in ${server.admin_token_path}.`);
  await Promise.race([
    server.ended.then((code) => {
      if (!interrupt.signal.aborted) screen.failure(`The server ended with exit code ${code}.`);
    }),
    new Promise<void>((resolve) => {
      if (interrupt.signal.aborted) resolve();
      else interrupt.signal.addEventListener("abort", () => resolve(), { once: true });
    }),
  ]);
}
