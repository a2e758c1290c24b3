/**
 * The last chapter: everything burned but the regions' folders and the keys. A second server gets copies of them and an
 * empty database, finds every backup again, and is then given a flipped byte to find.
 */
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { formatCount, formatDuration } from "../../src/apps/cli/index.ts";
import type { BackupDetail, BackupView } from "../../src/protocol/index.ts";
import { type Baas, openBaas } from "./baas.ts";
import { diffLines } from "./compare.ts";
import { flipByte } from "./damage.ts";
import { SECOND_REGION } from "./policies.ts";
import { runWell } from "./process.ts";
import { startServer } from "./server.ts";
import { newestJob, NOTES, prove, type Stage, tookMs } from "./stage.ts";

const FIRST_REGION = "bd-dha-1";
const LINES_SHOWN_MAX = 20;

/** @param victim small backup of notes, alone in its pack: one byte of it is flipped */
export async function rescue(stage: Stage, victim: BackupDetail): Promise<void> {
  const { screen, folders, signal } = stage;
  screen.step("Lose the database, then a byte");
  const data_dir = join(folders.rescue, "data");
  const keys_dir = join(folders.rescue, "keys");
  mkdirSync(folders.rescue, { mode: 0o711 });
  mkdirSync(data_dir);
  chmodSync(data_dir, 0o711);
  await runWell("cp", ["-a", folders.keys, keys_dir]);
  for (const part of ["regions", "tokens"]) await runWell("cp", ["-a", join(folders.data, part), data_dir]);
  screen.say("A second server, with copies of the two regions' folders and of the key manager's, and no database:");
  screen.command(["baas", "up", "--data", data_dir, "--keys", keys_dir]);
  const server = await startServer({ data_dir, keys_dir, log_path: join(folders.rescue, "server.log") });
  try {
    const baas = openBaas(screen, server, signal);
    await rebuild(stage, baas);
    await findFlippedByte(stage, baas, join(data_dir, "regions", FIRST_REGION), victim);
  } finally {
    await server.stop();
  }
}

async function rebuild(stage: Stage, baas: Baas): Promise<void> {
  await baas.show(["catalog", "rebuild"], { lines: /^(catalog_rebuild|backups added|copies added)/ });
  const job = await newestJob(baas, "catalog_rebuild");
  const here = await listed(stage.baas);
  // The second server may have begun to work: it has a schedule, too.
  const last_ms = Math.max(...here.map(({ created_at }) => Date.parse(created_at)));
  const there = (await listed(baas)).filter(({ created_at }) => Date.parse(created_at) <= last_ms);
  const same = here.length > 0 && JSON.stringify(here) === JSON.stringify(there);
  const figure = `${here.length} backups and their copies, listed as before, in ${formatDuration(tookMs(job))}`;
  stage.screen.check(same, figure);
  prove(stage, "database lost", same, figure);
}

/** What `baas list` says, without what only the jobs of a server know. */
async function listed(baas: Baas) {
  const { items } = await baas.ask<{ items: BackupView[] }>("/v1/backups");
  return items.map(
    ({ id, workload_name, policy_name, created_at, state, source_bytes, stored_bytes, retain_until, gfs }) => {
      return { id, workload_name, policy_name, created_at, state, source_bytes, stored_bytes, retain_until, gfs };
    },
  );
}

async function findFlippedByte(stage: Stage, baas: Baas, region: string, victim: BackupDetail): Promise<void> {
  const { screen, folders, findings } = stage;
  const flipped = flipByte(join(region, "projects", victim.project_id), Date.parse(victim.created_at));
  const { object, before, after } = flipped;
  screen.say(
    `One byte of ${object} (of ${NOTES}'s backup) becomes ${after} instead of ${before}, at offset ${formatCount(flipped.offset)}:`,
  );
  const verdict = await baas.show(["verify", "--backup-id", victim.id], {
    exit_codes: [1],
    lines: /^(verdict|packs\/| {2}hurts|error)/,
  });
  const named = verdict.includes(object) && verdict.includes(victim.id) && /^verdict +(INVALID|PARTIAL)/m.test(verdict);
  screen.check(named, "verify names the object, and the backup that it hurts");

  const target = join(folders.rescue, "restored");
  const restore = ["restore", "--backup-id", victim.id, "--target", target];
  await baas.show(restore, { exit_codes: [5], lines: /^error/ });
  // What is left of it can be had by insisting, with a reason for the audit log: all but the damaged files, nothing
  // wrong.
  const insisting = ["--from-region", FIRST_REGION, "--override", "take what is left"];
  await baas.show([...restore, ...insisting], { exit_codes: [3], lines: /^(files|problems)/ });
  const job = await newestJob(baas, "restore");
  const [refused, restored] = [Number(job.result?.["failed_total"]), Number(job.result?.["files"])];
  const { lines } = await diffLines([{ original: folders.notes, restored: target }], () => false);
  // A restore that could not do everything leaves its journal, so that it can go on.
  const told = lines.filter((line) => !/: \.holdfast-restore-\w+\.journal$/.test(line));
  const only_missing = told.length === refused && told.every((line) => line.startsWith(`Only in ${folders.notes}: `));
  const rest = `${formatCount(refused)} damaged files refused, ${formatCount(restored)} others restored and equal`;
  screen.check(only_missing, `${rest} (diff)`);
  for (const line of only_missing ? [] : told.slice(0, LINES_SHOWN_MAX)) screen.output(line);

  await baas.show(["verify", "--backup-id", victim.id, "--region", SECOND_REGION], { lines: /^(verdict|region)/ });
  findings.push({
    claim: "flipped byte found",
    held: named && refused > 0 && restored > 0 && only_missing,
    figures: [
      `${object.slice(0, 24)}… named, with the backup it hurts; the copy in ${SECOND_REGION} is valid`,
      `restore refused (exit code 5); from the damaged region, when asked for: ${rest}`,
    ],
  });
}
