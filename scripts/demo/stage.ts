/** What the chapters of the demo share: where things lie, who speaks, and what has been proved so far. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { BackupDetail, BackupView, JobView } from "../../src/protocol/index.ts";
import type { Baas } from "./baas.ts";
import type { Finding, Screen } from "./screen.ts";
import type { DemoServer } from "./server.ts";
import type { Tree } from "./tree.ts";

export interface Folders {
  readonly base: string;
  readonly data: string;
  readonly keys: string;
  /** The small folder that changes, and its state before it changed. */
  readonly changing: string;
  readonly before: string;
  readonly notes: string;
  readonly restored_newest: string;
  readonly restored_first: string;
  readonly rescue: string;
}

export function foldersIn(base: string): Folders {
  const at = (name: string) => join(base, name);
  return {
    base,
    data: at("data"),
    keys: at("keys"),
    changing: at("changing"),
    before: at("changing-before"),
    notes: at("notes"),
    restored_newest: at("restored-newest"),
    restored_first: at("restored-first"),
    rescue: at("rescue"),
  };
}

export interface Stage {
  readonly screen: Screen;
  readonly baas: Baas;
  readonly server: DemoServer;
  readonly folders: Folders;
  readonly tree: Tree;
  readonly signal: AbortSignal;
  readonly findings: Finding[];
}

export const PROJECT = "acme-prod";
export const WORKLOAD = "files-1";
export const NOTES = "notes-1";
/** Commands that worked, but met files they could not read, end with 3. */
export const OK_OR_PARTIAL = [0, 3];

/** Records what was found out, for the closing table. */
export function prove(stage: Pick<Stage, "findings">, claim: string, held: boolean, ...figures: string[]): void {
  stage.findings.push({ claim, held, figures });
}

/** The newest backup of a workload. */
export async function newestBackup(baas: Baas, workload: string): Promise<BackupDetail> {
  const { items } = await baas.ask<{ items: BackupView[] }>(`/v1/backups?filter=workload=${workload}`);
  const [newest] = items;
  if (newest === undefined) throw new Error(`there is no backup of ${workload}`);
  return baas.ask<BackupDetail>(`/v1/backups/${newest.id}`);
}

/** The newest job of a kind. */
export async function newestJob(baas: Baas, kind: JobView["kind"]): Promise<JobView> {
  const { items } = await baas.ask<{ items: JobView[] }>(`/v1/jobs?page_size=1&filter=kind=${kind}`);
  const [newest] = items;
  if (newest === undefined) throw new Error(`there is no ${kind} job`);
  return newest;
}

/** How long a job ran. */
export function tookMs({ started_at, finished_at }: Pick<JobView, "started_at" | "finished_at">): number {
  return Date.parse(finished_at ?? "") - Date.parse(started_at ?? "");
}

/** Asks every second until there is an answer other than undefined. */
export async function until<T>(
  limit_ms: number,
  what: string,
  signal: AbortSignal,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const end_ms = performance.now() + limit_ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end_ms) throw new Error(`${what} did not happen within ${limit_ms / 1000} s`);
    await delay(1000, undefined, { signal });
  }
}
