/**
 * Retention beside restic's `forget` on histories drawn from a seed (RETENTION_SEED replays), every difference
 * explained by a rule. The two agree on which periods count: the newest ones that have a backup, ISO weeks, in the
 * policy's zone. They differ by design:
 * - of a period restic keeps the newest backup, we keep the first good one, known when it is written (rule "first");
 * - we keep what was promised, until its date, even when newer periods would push it out (rule "promise");
 * - one that is first of no period stays for one unit of the finest class (rule "one unit");
 * - we never prune the last good backup (rule "last").
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { systemRandom } from "../../src/base/index.ts";
import {
  classify,
  expiry,
  type RetainedBackup,
  retentionPlan,
  type RetentionRule,
  unitOf,
} from "../../src/control/retention/index.ts";
import { seededChance } from "../../src/engine/store/index.ts";
import { type GfsClass, gfsClasses, periodOf } from "../../src/model/index.ts";

const seed = Number(process.env["RETENTION_SEED"] ?? systemRandom.bytes(4).readUInt32LE());
const chance = seededChance(seed);
const HISTORIES = 2;
const SNAPSHOTS = 28;
const POLICIES = 6;
const HOUR_MS = 3_600_000;
/** With daylight saving, without, and half an hour off. */
const ZONES = ["Europe/Berlin", "Asia/Dhaka", "Asia/Kolkata"] as const;

const whole = (below: number) => Math.floor(chance() * below);

/** Whole seconds, oldest first: bursts within a day, single ones, and gaps of weeks. */
function history(): number[] {
  let at_ms = Date.UTC(2024, whole(12), 1 + whole(28), whole(24), whole(60));
  return Array.from({ length: SNAPSHOTS }, () => {
    const dice = chance();
    const step_hours = dice < 0.3 ? 1 + whole(8) : dice < 0.8 ? 20 + whole(10) : 24 * (3 + whole(40));
    return (at_ms += step_hours * HOUR_MS + whole(3600) * 1000);
  });
}

function ruleIn(zone: string): RetentionRule {
  const counts = gfsClasses.flatMap((it) => (chance() < 0.55 ? [[it, 1 + whole(6)] as const] : []));
  return { retention: Object.fromEntries(counts.length > 0 ? counts : [["daily", 3]]), zone, lock: null };
}

/** As the schedule writes them: each classified beside all before it. */
function written(times: readonly number[], rule: RetentionRule): RetainedBackup[] {
  const backups: RetainedBackup[] = [];
  for (const created_at_ms of times) {
    const existing = backups.map((it) => ({
      created_at_ms: it.created_at_ms,
      classes: it.gfs.map((mark) => mark.class),
    }));
    const { gfs, retain_until_ms } = classify({ created_at_ms }, existing, rule);
    backups.push({ id: `${created_at_ms}`, created_at_ms, gfs, retain_until_ms, lock_until_ms: null, good: true });
  }
  return backups;
}

interface ForgetGroup {
  readonly reasons: readonly { readonly snapshot: { readonly time: string }; readonly matches: readonly string[] }[];
}

class Restic {
  readonly #env: NodeJS.ProcessEnv;
  readonly #source: string;

  constructor(folder: string, zone: string) {
    this.#env = {
      ...process.env,
      TZ: zone,
      RESTIC_REPOSITORY: join(folder, "repo"),
      RESTIC_PASSWORD: "x",
      RESTIC_CACHE_DIR: join(folder, "cache"),
    };
    this.#source = join(folder, "file");
    writeFileSync(this.#source, "the same every time");
    this.run("init");
  }

  run(...args: string[]): string {
    return execFileSync("restic", args, { env: this.#env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  snapshot(at_ms: number, zone: string): void {
    // `--time` is local: the wall clock of the zone (an hour that comes twice is avoided by the caller).
    const local = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
    this.run("backup", "-q", "--host", "h", "--time", local.format(at_ms), this.#source);
  }

  /** Periods for which restic keeps a snapshot, by class. */
  keptPeriods({ retention, zone }: RetentionRule): Map<GfsClass, Set<string>> {
    const args = Object.entries(retention).flatMap(([it, count]) => [`--keep-${it}`, String(count)]);
    const [group] = JSON.parse(
      this.run("forget", "--dry-run", "--json", "--group-by", "host", ...args),
    ) as ForgetGroup[];
    const kept = new Map<GfsClass, Set<string>>();
    for (const { snapshot, matches } of group?.reasons ?? []) {
      for (const match of matches) {
        const gfs_class = gfsClasses.find((it) => match.includes(it));
        assert.ok(gfs_class !== undefined, `restic keeps for a reason we do not know: ${match}`);
        const periods = kept.get(gfs_class) ?? new Set<string>();
        kept.set(gfs_class, periods.add(periodOf(Date.parse(snapshot.time), unitOf[gfs_class], zone)));
      }
    }
    return kept;
  }
}

function hasRestic(): boolean {
  try {
    execFileSync("restic", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test(`retention and restic forget, seed ${seed}`, {
  timeout: 600_000,
  skip: hasRestic() ? false : "needs restic",
}, (t) => {
  const explained = { first: 0, promise: 0, "one unit": 0, last: 0 };
  for (let i = 0; i < HISTORIES; i++) {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-restic-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const zone = ZONES[whole(ZONES.length)] as string;
    // No wall clock time that comes twice or never.
    const times = history().filter((at) => new Date(at).getUTCHours() > 2);
    const restic = new Restic(folder, zone);
    for (const at_ms of times) restic.snapshot(at_ms, zone);
    const now_ms = (times.at(-1) as number) + HOUR_MS;
    for (let p = 0; p < POLICIES; p++) {
      const rule = ruleIn(zone);
      const where = `seed ${seed}, history ${i}, ${JSON.stringify(rule)}`;
      const theirs = restic.keptPeriods(rule);
      const backups = written(times, rule);
      const plan = new Map(retentionPlan(backups, rule, now_ms).map((it) => [it.id, it]));
      const firstOf = (gfs_class: GfsClass, period: string) =>
        backups.find((it) => periodOf(it.created_at_ms, unitOf[gfs_class], zone) === period);
      // Whatever period restic keeps, we keep, by its first backup.
      for (const [gfs_class, periods] of theirs) {
        for (const period of periods) {
          const first = firstOf(gfs_class, period);
          assert.ok(
            first !== undefined && plan.get(first.id)?.keep,
            `${where}: nothing is kept of ${gfs_class} ${period}`,
          );
          assert.ok(
            first.gfs.some((mark) => mark.class === gfs_class && mark.period === period),
            where,
          );
          explained.first++;
        }
      }
      // Whatever we keep, restic's periods or one of our rules explain.
      for (const backup of backups) {
        if (plan.get(backup.id)?.keep !== true) continue;
        if (backup.gfs.some((mark) => theirs.get(mark.class)?.has(mark.period))) continue;
        const until_ms = expiry(backup, rule).until_ms ?? 0;
        if (until_ms > now_ms && backup.gfs.length > 0) explained.promise++;
        else if (until_ms > now_ms) explained["one unit"]++;
        else if (backup === backups.at(-1)) explained.last++;
        else
          assert.fail(
            `${where}: ${new Date(backup.created_at_ms).toISOString()} is kept for no reason: ${plan.get(backup.id)?.reasons.join("; ")}`,
          );
      }
      // And nothing is pruned for which restic and its own promise speak.
      for (const backup of backups)
        if (plan.get(backup.id)?.keep === false) assert.ok((expiry(backup, rule).until_ms ?? 0) <= now_ms, where);
    }
  }
  t.diagnostic(JSON.stringify(explained));
  assert.ok(explained.first > 0);
});
