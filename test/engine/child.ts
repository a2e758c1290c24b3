/**
 * One operation of the engine in a process of its own: to be killed, or to run beside others. Prints its report as
 * JSON.
 */
import { newId } from "../../src/base/index.ts";
import { runBackup } from "../../src/engine/backup/index.ts";
import { checkRepository } from "../../src/engine/check/index.ts";
import { planCopy, runCopy } from "../../src/engine/copy/index.ts";
import { planRestore, runRestore } from "../../src/engine/restore/index.ts";
import { openStore } from "../../src/engine/store/index.ts";
import { clock, openAt, random } from "./world.ts";

export type ChildTask =
  | {
      readonly operation: "backup";
      readonly repo: string;
      readonly paths: readonly string[];
      readonly backup_id?: string;
      readonly threads?: number;
    }
  | { readonly operation: "restore"; readonly repo: string; readonly backup_id: string; readonly target: string }
  | { readonly operation: "copy"; readonly repo: string; readonly backup_id: string; readonly replica: string }
  | { readonly operation: "check"; readonly repo: string };

async function run(task: ChildTask): Promise<unknown> {
  await using opened = await openAt(task.repo);
  const { repository } = opened;
  switch (task.operation) {
    case "backup": {
      const backup_id = task.backup_id ?? newId("bkp", clock, random);
      const source = { kind: "files", paths: task.paths } as const;
      return await runBackup({ repository, backup_id, source, labels: {}, clock, threads: task.threads ?? 2 });
    }
    case "restore": {
      const target = { kind: "folder", path: task.target } as const;
      return await runRestore(await planRestore({ repository, backup_id: task.backup_id, target, clock, threads: 2 }));
    }
    case "copy": {
      const target_store = await openStore({ kind: "fs", path: task.replica }, { clock, random });
      const plan = await planCopy({ source: repository, backup_id: task.backup_id, target_store, clock, random });
      const report = await runCopy(plan);
      await target_store.close();
      return report;
    }
    case "check":
      return await checkRepository({ repository, read_data: true, threads: 1 });
  }
}

if (import.meta.main) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2] ?? "{}") as ChildTask))}\n`);
}
