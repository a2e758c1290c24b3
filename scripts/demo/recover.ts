/** Chapters 6 to 9: the second region, verification, restores, and what other tools say about them. */
import { join } from "node:path";
import { formatBytes, formatCount, formatDuration } from "../../src/apps/cli/index.ts";
import type { BackupDetail } from "../../src/protocol/index.ts";
import { lostIn } from "./changing.ts";
import { compareTrees, excuses, type Pair } from "./compare.ts";
import { HOURLY_NAME, SECOND_REGION } from "./policies.ts";
import { newestBackup, newestJob, NOTES, OK_OR_PARTIAL, prove, type Stage, tookMs, until } from "./stage.ts";

const COPY_LIMIT_MS = 180_000;

export async function waitForCopies(stage: Stage, backups: readonly BackupDetail[]): Promise<void> {
  const { screen, baas } = stage;
  screen.step("The second region");
  const lags: string[] = [];
  let bytes = 0;
  for (const backup of backups) {
    const copy = await copyOf(stage, backup);
    lags.push(`${(copy.lag_seconds ?? 0).toFixed(1)} s`);
    bytes += copy.copied_bytes ?? 0;
  }
  await baas.show(["replication", "status"]);
  const figure = `${backups.length} copies in ${SECOND_REGION}, ${formatBytes(bytes)} of ciphertext; lag ${lags.join(" and ")} after their backups`;
  screen.check(true, figure);
  prove(stage, "copied", true, figure);
}

/** The copy of a backup in the second region, when it is there. */
function copyOf({ baas, signal }: Stage, { id }: BackupDetail) {
  return until(COPY_LIMIT_MS, `the copy of ${id}`, signal, async () => {
    const { copies } = await baas.ask<BackupDetail>(`/v1/backups/${id}`);
    return copies.find(({ state, region_name }) => state === "AVAILABLE" && region_name === SECOND_REGION);
  });
}

export async function verifyBoth(stage: Stage, first: BackupDetail, newest: BackupDetail): Promise<void> {
  const { screen, baas } = stage;
  screen.step("Verify: read every byte back");
  const figures: string[] = [];
  let held = true;
  for (const words of [[newest.id], [first.id, "--region", SECOND_REGION]]) {
    await baas.show(["verify", "--backup-id", ...words], { live: true, lines: /^(verdict|region|read)/ });
    const job = await newestJob(baas, "verify");
    const read_bytes = Number(job.result?.["bytes_read"]);
    held &&= String(job.result?.["verdict"]).toLowerCase() === "valid";
    const where = words.length > 1 ? `first backup, its copy in ${SECOND_REGION}` : "newest backup";
    figures.push(
      `${where}: ${formatBytes(read_bytes)} in ${formatDuration(tookMs(job))} (${formatBytes(read_bytes / (tookMs(job) / 1000))}/s)`,
    );
  }
  prove(stage, "verified", held, ...figures);
}

/**
 * Restores into a folder and compares; the tree itself is the original, the changing folder may be an earlier state of
 * it.
 */
export async function restoreAndCompare(
  stage: Stage,
  backup: BackupDetail,
  from: { readonly claim: string; readonly target: string; readonly changing: string; readonly region?: string },
  since_ms: number,
): Promise<void> {
  const { screen, baas, tree, folders } = stage;
  const region = from.region === undefined ? [] : ["--from-region", from.region];
  await baas.show(["restore", "--backup-id", backup.id, ...region, "--target", from.target], {
    live: true,
    lines: /^(read from|restored to|files|written|problems)/,
    exit_codes: OK_OR_PARTIAL,
  });
  const job = await newestJob(baas, "restore");
  const bytes = Number(job.result?.["bytes_written"]);
  const speed = `${formatCount(Number(job.result?.["files"]))} files, ${formatBytes(bytes)} in ${formatDuration(tookMs(job))} (${formatBytes(bytes / (tookMs(job) / 1000))}/s)`;

  // A backup of several folders is restored below the target by their whole paths.
  const pairs: Pair[] = [
    ...tree.roots.map((root) => ({ original: root, restored: join(from.target, root) })),
    { original: from.changing, restored: join(from.target, folders.changing) },
  ];
  const reported = new Set(backup.problems.map((problem) => String(problem["path"])));
  const compared = await compareTrees(pairs, excuses(since_ms, reported));
  const lost = lostIn(join(from.target, folders.changing));
  const held = compared.same && lost.length === 0;
  for (const result of compared.results) screen.check(compared.same, result);
  screen.check(
    lost.length === 0,
    lost.length === 0 ? "stat: hard links are one file, holes are holes" : lost.join(", "),
  );
  for (const difference of compared.differences) screen.output(difference);
  prove(stage, from.claim, held, speed, compared.results.join(" · "));
}

/** A restore over the workload itself is refused until somebody types its name. */
export async function refuseInPlace(stage: Stage, backup: BackupDetail): Promise<void> {
  const { screen, baas } = stage;
  screen.step("Nothing is overwritten by accident");
  const said = await baas.show(["restore", "--backup-id", backup.id, "--in-place"], {
    exit_codes: [5],
    lines: /^(overwrites|restore to|error|  fix)/,
  });
  const held = said.includes("CLI_CONFIRMATION_REQUIRED");
  const overwrites = /^overwrites +([\d,]+)/m.exec(said)?.[1] ?? "?";
  prove(
    stage,
    "confirmation gate",
    held,
    `restore in place refused (exit code 5): it would have overwritten ${overwrites} entries`,
  );
}

const SCHEDULE_LIMIT_MS = 60_000;

/** The backup that nobody asked for. */
export async function seeSchedule(stage: Stage, due_ms: number): Promise<BackupDetail> {
  const { screen, baas, signal } = stage;
  screen.step("The schedule works by itself");
  const wait_ms = Math.max(0, due_ms - Date.now());
  const due = new Date(due_ms).toISOString().slice(11, 19);
  if (wait_ms > 0) screen.say(`${NOTES} is due at ${due} UTC, in ${formatDuration(wait_ms)}.`);
  const job = await until(wait_ms + SCHEDULE_LIMIT_MS, `the scheduled backup of ${NOTES}`, signal, async () => {
    const newest = await newestJob(baas, "backup");
    return newest.workload_name === NOTES && newest.state === "SUCCEEDED" ? newest : undefined;
  });
  await baas.show(["list", "--policy", HOURLY_NAME]);
  const made = await newestBackup(baas, NOTES);
  await copyOf(stage, made);
  const held = job.slot_id !== null && made.id === job.backup_id;
  const late = (Date.parse(job.started_at ?? "") - due_ms) / 1000;
  prove(
    stage,
    "made on schedule",
    held,
    `${NOTES} was due at ${due} UTC and began ${late.toFixed(1)} s later; nobody asked for it`,
  );
  return made;
}
