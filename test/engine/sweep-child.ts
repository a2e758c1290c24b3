/** A sweep or a backup in a process of its own, with faults in its store: to be killed, or stopped and let go again. */
import { runSweep } from "../../src/engine/sweep/index.ts";
import type { FaultRule } from "../../src/engine/store/index.ts";
import { newId } from "../../src/base/index.ts";
import { runBackup } from "../../src/engine/backup/index.ts";
import { openAt } from "../long/crash/open.ts";
import { clock, random } from "./world.ts";

export interface SweepChildTask {
  readonly operation: "sweep" | "backup";
  readonly repo: string;
  /** Of a backup. */
  readonly path?: string;
  readonly rules?: readonly FaultRule[];
}

async function run({ operation, repo, path, rules = [] }: SweepChildTask): Promise<unknown> {
  await using opened = await openAt(repo, { fault: { rules } });
  const { repository } = opened;
  if (operation === "sweep") return await runSweep({ repository, fresh_ms: 0, unused_share_max: 0, wait_ms: 20_000 });
  const source = { kind: "files", paths: [path as string] } as const;
  return await runBackup({ repository, backup_id: newId("bkp", clock, random), source, labels: {}, clock, threads: 1 });
}

run(JSON.parse(process.argv[2] ?? "{}") as SweepChildTask).then(
  (report) => process.stdout.write(JSON.stringify(report)),
  (error: { code?: string; stack?: string }) => {
    process.stdout.write(JSON.stringify({ failed: error.code ?? String(error.stack) }));
    process.exitCode = 1;
  },
);
