/** What a simulation does with the engine, as plain data: here, or in a process that is killed on the way. */
import { fork } from "node:child_process";
import { type Clock, systemRandom, type Random } from "../../src/base/index.ts";
import { runBackup } from "../../src/engine/backup/index.ts";
import { planCopy, runCopy } from "../../src/engine/copy/index.ts";
import { planRestore, type RestoreReport, runRestore } from "../../src/engine/restore/index.ts";
import { clockAhead, openAt, type OpenOptions, openStoreAt } from "../long/crash/open.ts";
import { faultOf, parsePoint } from "../long/crash/points.ts";

export type Action =
  | { readonly kind: "backup"; readonly repo: string; readonly roots: readonly string[]; readonly backup_id: string }
  | { readonly kind: "copy"; readonly repo: string; readonly replica: string; readonly backup_id: string }
  | {
      readonly kind: "restore";
      readonly repo: string;
      readonly backup_id: string;
      /** Absent: in place, replacing and deleting. */
      readonly target?: string;
      readonly paths?: readonly string[];
    };

/** Stops an action at a point (`test/long/crash/points.ts`). */
export interface Stop {
  readonly point: string;
  readonly seed: number;
}

export interface ActionTask {
  readonly action: Action;
  readonly ahead_ms: number;
  readonly stop: Stop;
}

export function faultFor(stop: Stop | undefined): OpenOptions {
  return stop === undefined ? {} : { fault: faultOf(parsePoint(stop.point), stop.seed) };
}

/** @returns the report of a restore; an action that resolves is acknowledged */
export async function perform(
  action: Action,
  options: OpenOptions & { readonly clock: Clock; readonly random?: Random },
): Promise<RestoreReport | undefined> {
  const { clock } = options;
  const random = options.random ?? systemRandom;
  await using opened = await openAt(action.repo, options);
  const { repository } = opened;
  const { backup_id } = action;
  switch (action.kind) {
    case "backup": {
      const source = { kind: "files", paths: action.roots } as const;
      await runBackup({ repository, backup_id, source, labels: {}, clock, threads: 1 });
      return undefined;
    }
    case "copy": {
      const target_store = await openStoreAt(action.replica, options);
      try {
        await runCopy(await planCopy({ source: repository, backup_id, target_store, clock, random }));
      } finally {
        await target_store.close();
      }
      return undefined;
    }
    case "restore": {
      const { target, paths } = action;
      const plan = await planRestore({
        repository,
        backup_id,
        clock,
        threads: 1,
        ...(target === undefined
          ? { target: { kind: "in_place" }, existing: "replace", delete_extra: true }
          : { target: { kind: "folder", path: target } }),
        ...(paths === undefined ? {} : { paths }),
      });
      return await runRestore(plan);
    }
  }
}

const CHILD_LIMIT_MS = 120_000;

/** Runs an action in a process that is killed when it comes to its stop. */
export function performAndDie(task: ActionTask): Promise<"done" | "killed"> {
  const child = fork(import.meta.filename, { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] });
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => child.kill("SIGTERM"), CHILD_LIMIT_MS);
    let answer: { acknowledged: boolean; error?: string } | undefined;
    child.once("message", (message) => {
      answer = message as { acknowledged: boolean; error?: string };
    });
    child.once("exit", (code, signal) => {
      clearTimeout(limit);
      if (answer?.acknowledged === true) resolve("done");
      else if (signal === "SIGKILL") resolve("killed");
      else reject(new Error(`the child ended with ${answer?.error ?? code ?? signal}`));
    });
    child.send(task);
  });
}

if (import.meta.main) {
  process.once("message", ({ action, ahead_ms, stop }: ActionTask) => {
    void perform(action, { clock: clockAhead(ahead_ms), ...faultFor(stop) })
      .then(
        () => ({ acknowledged: true }),
        (error: unknown) => ({ acknowledged: false, error: String(error) }),
      )
      .then((answer) => process.send?.(answer, () => process.disconnect()));
  });
}
