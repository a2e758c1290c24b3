/** Chapters 2 to 5: a policy, a tag, the first backup, the second. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatBytes, formatCount, formatDuration } from "../../src/apps/cli/index.ts";
import type { BackupDetail, CoverageView } from "../../src/protocol/index.ts";
import { changeSome, makeChanging, makeNotes } from "./changing.ts";
import { DAILY, DAILY_NAME, HOURLY_NAME, hourly } from "./policies.ts";
import { runWell } from "./process.ts";
import {
  newestBackup,
  newestJob,
  NOTES,
  OK_OR_PARTIAL,
  PROJECT,
  prove,
  type Stage,
  tookMs,
  WORKLOAD,
} from "./stage.ts";

export async function makePolicy({ screen, baas, folders }: Stage): Promise<void> {
  screen.step("Say what is promised: a policy");
  const file = join(folders.base, "prod-daily.yaml");
  writeFileSync(file, DAILY);
  screen.command(["cat", file]);
  screen.output(DAILY);
  await baas.show(["policy", "create", "--file", file]);
  await baas.show(["policy", "preview", "--policy", DAILY_NAME, "--runs", "1"], { lines: /^ {2}|^RPO/ });
}

/** Returns when the scheduler will make a backup of its own accord. */
export async function tagWorkload(stage: Stage): Promise<{ readonly due_ms: number }> {
  const { screen, baas, folders, tree } = stage;
  screen.step("Tag it, and it is covered");
  for (const folder of [folders.changing, folders.notes]) mkdirSync(folder, { mode: 0o700 });
  const changing = await makeChanging(folders.changing, tree.roots);
  screen.say(
    `The workload is the real tree, read only, and a small folder of the demo's own: ${changing.copied_files} copies of real files, ` +
      `which will change, and what backups like to lose (${changing.specials.join(", ")}).`,
  );
  const paths = [...tree.roots, folders.changing].flatMap((path) => ["--path", path]);
  await baas.show(["project", "add", PROJECT, "--region", "bd-dha-1"]);
  await baas.show(["workload", "add", WORKLOAD, "--project", PROJECT, "--type", "host", ...paths]);
  const untagged = await coverageOf(stage);
  await baas.show(["workload", "tag", WORKLOAD, `backup-policy=${DAILY_NAME}`]);
  const tagged = await coverageOf(stage);
  await baas.show(["coverage", "report", "--project", PROJECT], { lines: /^WORKLOAD|^files-1 / });
  const attachments = await baas.ask<{ items: unknown[] }>("/v1/attachments");
  const covered =
    attachments.items.length === 0 &&
    untagged?.policies.length === 0 &&
    tagged?.policies[0]?.name === DAILY_NAME &&
    tagged.next_run_at !== null;
  screen.check(
    covered,
    "before the tag no policy selected it; with the tag its next run is planned. Nobody attached anything.",
  );

  const soon = hourly(Date.now());
  makeNotes(folders.notes);
  writeFileSync(join(folders.base, "every-hour.yaml"), soon.yaml);
  await baas.show(["policy", "create", "--file", join(folders.base, "every-hour.yaml")]);
  await baas.show([
    "workload",
    "add",
    NOTES,
    "--project",
    PROJECT,
    "--path",
    folders.notes,
    "--tag",
    `backup-policy=${HOURLY_NAME}`,
  ]);
  screen.say(
    `That one is due at ${new Date(soon.due_ms).toISOString().slice(11, 16)} UTC; nobody will ask for it. It is looked at further down.`,
  );
  prove(stage, "covered by a tag", covered, `tag backup-policy=${DAILY_NAME}; no attachment, no restart`);
  return { due_ms: soon.due_ms };
}

async function coverageOf({ baas }: Stage) {
  const report = await baas.ask<CoverageView>(`/v1/coverage?project=${PROJECT}`);
  return report.workloads.find(({ name }) => name === WORKLOAD);
}

const SHOWN = /^(files|source|stored|classes|kept until|locked|copy in)/;

export async function firstBackup(stage: Stage): Promise<BackupDetail> {
  const { screen, baas } = stage;
  screen.step("First backup");
  await baas.show(["backup", "run", "--workload", WORKLOAD], { live: true, lines: SHOWN, exit_codes: OK_OR_PARTIAL });
  const [backup, job] = [await newestBackup(baas, WORKLOAD), await newestJob(baas, "backup")];
  const { source_bytes, stored_bytes, file_count } = figuresOf(backup);
  const rate = `${formatBytes(source_bytes / (tookMs(job) / 1000))}/s`;
  const figure = `${formatCount(file_count)} files, ${formatBytes(source_bytes)} in ${formatDuration(tookMs(job))} (${rate})`;
  const ratio = `${formatBytes(stored_bytes)} stored, encrypted: ${times(source_bytes, stored_bytes)} smaller, deduplicated and compressed`;
  screen.check(backup.state === "AVAILABLE", `${figure}; ${ratio}`);
  prove(stage, "first backup", backup.state === "AVAILABLE", figure, ratio, ...unreadable(backup));
  return backup;
}

export async function secondBackup(stage: Stage, first: BackupDetail): Promise<BackupDetail> {
  const { screen, baas, folders, server } = stage;
  screen.step("Change some files, back up again");
  await runWell("cp", ["-a", folders.changing, folders.before]);
  const change = changeSome(folders.changing);
  screen.say(`Changed: ${change.text}.`);
  const before_bytes = server.readBytes();
  await baas.show(["backup", "run", "--workload", WORKLOAD], { live: true, lines: SHOWN, exit_codes: OK_OR_PARTIAL });
  const after_bytes = server.readBytes();
  const [backup, job] = [await newestBackup(baas, WORKLOAD), await newestJob(baas, "backup")];
  const { source_bytes, stored_bytes } = figuresOf(backup);
  const new_bytes = Number(job.result?.["new_bytes"]);
  const incremental =
    backup.id !== first.id &&
    new_bytes < Number(first.source_bytes) / 10 &&
    stored_bytes < figuresOf(first).stored_bytes;
  const figure = `${formatBytes(new_bytes)} new of ${formatBytes(source_bytes)}, ${formatBytes(stored_bytes)} stored, in ${formatDuration(tookMs(job))}`;
  const read =
    before_bytes === undefined || after_bytes === undefined
      ? []
      : [`all the server read meanwhile, by the kernel's count: ${formatBytes(after_bytes - before_bytes)}`];
  screen.check(incremental, [figure, ...read].join("; "));
  prove(stage, "second is incremental", incremental, `${change.text}: ${figure}`, ...read);
  return backup;
}

function figuresOf({ source_bytes, stored_bytes, file_count }: BackupDetail) {
  return { source_bytes: source_bytes ?? 0, stored_bytes: stored_bytes ?? 0, file_count: file_count ?? 0 };
}

function times(more: number, less: number): string {
  return less === 0 ? "-" : `${(more / less).toFixed(2)}×`;
}

/** A tree that is partly closed to us is said to be, on the backup and here. */
function unreadable({ problem_count }: BackupDetail): string[] {
  return problem_count === 0 ? [] : [`${formatCount(problem_count)} entries could not be read; the backup names them`];
}
