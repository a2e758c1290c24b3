/** Every operation of the engine, as the matrix runs it. */
import { hasCode, systemClock } from "../../../src/base/index.ts";
import { checkRepository, verifyBackup } from "../../../src/engine/check/index.ts";
import { planRestore, runRestore } from "../../../src/engine/restore/index.ts";
import { createAt, openAt, type OpenOptions } from "./open.ts";
import { acknowledgedIn, backUp, copyTo, sweepIn, type Facts, type Scene, type StateName } from "./states.ts";
import { treeDigest } from "./tree.ts";

export interface Operation {
  readonly state: StateName;
  /** Resolves when the operation is acknowledged. */
  run(scene: Scene, facts: Facts, options: OpenOptions): Promise<void>;
  /** What exists from then on. */
  /** What no longer exists from then on; stopped, it may be there or not. */
  readonly removes?: keyof Facts["ids"];
  readonly makes?: { readonly place: "repo" | "replica"; readonly backup: keyof Facts["ids"] };
}

const sweep = (state: StateName): Operation => ({
  state,
  run: async ({ repo }, _facts, options) => {
    const { status, locked, plan } = await sweepIn(repo, options);
    if (status !== "done" || locked.length > 0 || plan.damage.length > 0)
      throw new FalseAnswer(`the sweep ends ${status}, ${JSON.stringify({ locked, plan })}`);
  },
  removes: "first",
});

/** The engine said that all went well, and it did not: worse than any error. */
export class FalseAnswer extends Error {}

const backup = (state: StateName): Operation => ({
  state,
  run: async ({ repo }, { source, ids }, options) => void (await backUp(repo, source, ids.made, options)),
  makes: { place: "repo", backup: "made" },
});

const copy = (state: StateName, of: keyof Facts["ids"]): Operation => ({
  state,
  run: (scene, { ids }, options) => copyTo(scene, ids[of], options),
  makes: { place: "replica", backup: of },
});

export const operations: Readonly<Record<string, Operation>> = {
  create: {
    state: "nothing",
    run: async ({ repo }, _facts, options) => {
      try {
        await createAt(repo, options);
      } catch (error) {
        // It is whole when its config is there, whoever heard of it.
        if (!hasCode(error, "REPOSITORY_EXISTS")) throw error;
      }
    },
  },
  "backup-first": backup("empty"),
  "backup-incremental": backup("one"),
  "backup-resumed": backup("broken"),
  "backup-unindexed": backup("unindexed"),
  "copy-first": copy("two", "second"),
  "copy-next": copy("copied", "second"),
  check: {
    state: "two",
    run: async ({ repo }, _facts, options) => {
      await using opened = await openAt(repo, options);
      const { damaged, backups } = await checkRepository({
        repository: opened.repository,
        read_data: true,
        threads: 1,
      });
      if (damaged.length > 0) throw new FalseAnswer(`check found damage: ${JSON.stringify(damaged)}`);
      if (backups !== 2) throw new FalseAnswer(`check saw ${backups} backups`);
    },
  },
  verify: {
    state: "two",
    run: async ({ repo }, { ids }, options) => {
      await using opened = await openAt(repo, options);
      const report = await verifyBackup({
        repository: opened.repository,
        backup_id: ids.second,
        read_data: true,
        threads: 1,
      });
      if (report.verdict !== "valid") throw new FalseAnswer(`verify says ${JSON.stringify(report)}`);
    },
  },
  sweep: sweep("wasteful"),
  "sweep-on": sweep("condemned"),
  undelete: {
    state: "deleted",
    run: async ({ repo }, { ids }, options) => {
      await using opened = await openAt(repo, options);
      try {
        await opened.repository.undelete(ids.first);
      } catch (error) {
        if (!hasCode(error, "BACKUP_NOT_FORGOTTEN")) throw error; // it was, before the answer was lost
      }
      if ((await opened.repository.readForgotten()).size > 0) throw new FalseAnswer("it is still deleted");
    },
  },
  restore: {
    state: "two",
    run: async (scene, facts, options) => {
      await restoreExactly(scene.repo, facts.ids.second, scene.target, facts, options);
    },
  },
};

/** @throws FalseAnswer when the restore says that it is complete and the tree is another; else what it said */
export async function restoreExactly(
  repo: string,
  backup_id: string,
  target: string,
  { digests }: Facts,
  options: OpenOptions = {},
): Promise<void> {
  await using opened = await openAt(repo, options);
  const plan = await planRestore({
    repository: opened.repository,
    backup_id,
    target: { kind: "folder", path: target },
    clock: options.clock ?? systemClock,
    threads: 1,
  });
  const { failed_total, failed } = await runRestore(plan);
  if (failed_total > 0) throw new Error(`${backup_id}: ${failed_total} paths failed: ${JSON.stringify(failed)}`);
  if (treeDigest(target) !== digests[backup_id]) throw new FalseAnswer(`${backup_id} came back as another tree`);
}

export function operationOf(name: string): Operation {
  const operation = operations[name];
  if (operation === undefined) throw new Error(`${name} is none of ${Object.keys(operations).join(", ")}`);
  return operation;
}

/** Acknowledged before the operation, by place. */
export function acknowledgedBefore(operation: Operation, facts: Facts) {
  return acknowledgedIn(operation.state, facts);
}
