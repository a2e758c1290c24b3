/** One operation on a repository in a process of its own, to be killed at one of its requests. */
import { systemClock as clock } from "../../../src/base/index.ts";
import { runSweep } from "../../../src/engine/sweep/index.ts";
import { type BackupTier, runTiers } from "../../../src/engine/tier/index.ts";
import { openAt } from "../crash/open.ts";

export interface S3Task {
  readonly operation: "forget" | "sweep" | "tier";
  readonly repo: string;
  /** Of `forget`. */
  readonly backup_id?: string;
  /** Of `tier`: what each backup needs. */
  readonly tiers?: Readonly<Record<string, BackupTier["tier"]>>;
}

const RULES = {
  price_gib_month: { hot: null, warm: null, cold: null },
  min_days: { hot: 0, warm: 0, cold: 0 },
};

export async function perform({ operation, repo, backup_id = "", tiers = {} }: S3Task): Promise<void> {
  await using opened = await openAt(repo);
  const { repository } = opened;
  if (operation === "forget") await repository.forget(backup_id, clock.now_ms() - 1);
  else if (operation === "sweep") await runSweep({ repository, fresh_ms: 0, unused_share_max: 0, wait_ms: 20_000 });
  else {
    const needs = Object.entries(tiers).map(([id, tier]) => [id, { tier, expires_at_ms: null }] as const);
    await runTiers({ repository, rules: RULES, backups: new Map(needs) });
  }
}

if (import.meta.main) await perform(JSON.parse(process.argv[2] ?? "{}") as S3Task);
