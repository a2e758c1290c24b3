/**
 * "No tagged workload is unprotected for longer than a minute without an alert", with 100,000 workloads: their tags,
 * policies and attachments change at random while the clock moves on as far as it does between two looks of the
 * server. What must be so is worked out by another way than the product's: from the rows, by plain comparison.
 * HOLDFAST_WORKLOADS makes it smaller.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "kysely";
import { systemClock } from "../../src/base/index.ts";
import { createEvaluator, factSources } from "../../src/control/alerting/index.ts";
import { createWorkload, updateWorkload } from "../../src/control/inventory/index.ts";
import {
  attachPolicy,
  createPolicy,
  deletePolicy,
  detachPolicy,
  listPolicies,
} from "../../src/control/policy/index.ts";
import { type Db, withTransaction } from "../../src/platform/db/index.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { Dice } from "../sim/dice.ts";
import { generate } from "../bench/control/generate.ts";
import { installation } from "../../src/testing/index.ts";

const databases = testDatabases();
const WORKLOADS = Number(process.env["HOLDFAST_WORKLOADS"] ?? 100_000);
/** As the server looks (src/apps/server/assurance.ts). */
const LOOK_MS = 15_000;
const MINUTE_MS = 60_000;
const LOOKS = 24;
const CHANGES = 40;

/** Ids of tagged workloads that nothing selects: by the tag that names a policy, or by the tags of an attachment. */
async function unprotected(db: Db): Promise<Map<string, { name: string; project_id: string }>> {
  const policies = new Set((await listPolicies(db)).map(({ name }) => name));
  const attachments = await db.selectFrom("attachments").select("target").execute();
  const rules = attachments.flatMap(({ target }) =>
    (target.selectors ?? []).map((selector) => ({
      types: (target.types ?? null) as readonly string[] | null,
      pairs: selector.split(",").map((pair) => pair.split("=")),
    })),
  );
  const rows = await db.selectFrom("workloads").select(["id", "name", "project_id", "type", "tags"]).execute();
  const found = new Map<string, { name: string; project_id: string }>();
  const known = new Map<string, boolean>();
  for (const { id, name, project_id, type, tags } of rows) {
    if (Object.keys(tags).length === 0) continue;
    const key = `${type} ${JSON.stringify(tags)}`;
    let selected = known.get(key);
    if (selected === undefined) {
      selected =
        policies.has(tags["backup-policy"] ?? "") ||
        rules.some(
          (rule) =>
            (rule.types === null || rule.types.length === 0 || rule.types.includes(type)) &&
            rule.pairs.every(([tag = "", value]) => tags[tag] === value),
        );
      known.set(key, selected);
    }
    if (!selected) found.set(id, { name, project_id });
  }
  return found;
}

test(`${WORKLOADS} workloads: whatever changes, a tagged one without a policy is told of within a minute`, {
  timeout: 3_000_000,
}, async (t) => {
  let ahead_ms = 0;
  const started_ms = systemClock.now_ms();
  const clock = { ...systemClock, now_ms: () => started_ms + ahead_ms };
  const it = await installation(t, databases, { clock });
  const { db } = it;
  const sizes = { workloads: WORKLOADS, policies: 200, backups: 0, projects: 50 };
  await generate(db, sizes, it.dir, it, (line) => t.diagnostic(line));
  const evaluate = createEvaluator(
    factSources.filter(({ name }) => name === "coverage").map(({ every_ms: _, ...each }) => each),
    it,
  );
  const random = new Dice(Number(process.env["SIM_SEED"] ?? 7));
  const ids = (await db.selectFrom("workloads").select("id").execute()).map(({ id }) => id);
  /** Since when each is unprotected, as far as was seen between two looks. */
  const since = new Map<string, number>();
  const took: number[] = [];
  let told = 0;
  for (let look = 0; look < LOOKS; look++) {
    for (let change = 0; change < CHANGES; change++) await changeSomething(look * CHANGES + change);
    const now = await unprotected(db);
    for (const id of since.keys()) if (!now.has(id)) since.delete(id);
    for (const id of now.keys()) if (!since.has(id)) since.set(id, clock.now_ms());
    ahead_ms += LOOK_MS;
    const begun = performance.now();
    await evaluate();
    took.push(performance.now() - begun);
    const alerts = await db
      .selectFrom("alerts")
      .select(["project_id", "members", "details"])
      .where("rule", "=", "workload_uncovered")
      .where("state", "!=", "RESOLVED")
      .execute();
    const of = new Map(alerts.map((alert) => [alert.project_id, alert]));
    for (const [id, { name, project_id }] of now) {
      if (clock.now_ms() - (since.get(id) ?? 0) < MINUTE_MS) continue;
      const alert = of.get(project_id);
      // Of very many the alert names the first, and says for all of the project that there are more.
      assert.ok(
        alert !== undefined && (alert.members.includes(name) || alert.members.length >= 100),
        `${name} has been unprotected for ${clock.now_ms() - (since.get(id) ?? 0)} ms, and no alert says so`,
      );
      told++;
    }
    const hurt = new Set([...now.values()].map(({ project_id }) => project_id));
    if (look > 4)
      for (const project of of.keys())
        assert.ok(hurt.has(project ?? ""), `${project} has no workload without a policy`);
  }
  assert.ok(told > 0);
  took.sort((a, b) => a - b);
  t.diagnostic(
    `${LOOKS} looks at ${ids.length} workloads, ${since.size} unprotected at the end; a look took ${Math.round(took[took.length >> 1] ?? 0)} ms (median), ${Math.round(took.at(-1) ?? 0)} ms at most`,
  );

  async function changeSomething(n: number): Promise<void> {
    const id = ids[random.below(ids.length)] ?? "";
    switch (random.below(8)) {
      case 0:
        await updateWorkload(db, id, { tags: { team: "nobody" } }, it);
        return;
      case 1:
        await updateWorkload(db, id, { tags: { team: `team-${random.below(250)}`, env: "prod" } }, it);
        return;
      case 2:
        await updateWorkload(db, id, { tags: { "backup-policy": `policy-${random.below(200)}` } }, it);
        return;
      case 3:
        await updateWorkload(db, id, { tags: {} }, it);
        return;
      case 4: {
        const source = { kind: "files" as const, paths: ["/srv/new"] };
        const project = `tenant-${random.below(50)}`;
        const made = { name: `new-${n}`, project, type: "host" as const, source, tags: { env: "new" } };
        ids.push((await createWorkload(db, made, it)).id);
        return;
      }
      case 5: {
        const { id: attachment } =
          (await db.selectFrom("attachments").select("id").orderBy(sql`md5(id || ${n}::text)`).executeTakeFirst()) ??
          {};
        if (attachment !== undefined) await detachPolicy(db, attachment, it);
        return;
      }
      case 6: {
        const { name } =
          (await db.selectFrom("policies").select("name").orderBy(sql`md5(name || ${n}::text)`).executeTakeFirst()) ??
          {};
        // One that is attached cannot be deleted.
        if (name !== undefined) await deletePolicy(db, name, it).catch(() => undefined);
        return;
      }
      default: {
        const name = `made-${n}`;
        await createPolicy(db, { name, schedule: { daily: "02:00 UTC" }, retention: { daily: 7 } }, it);
        const selectors = [random.below(2) === 0 ? "team=nobody" : `env=new,team=team-${n}`];
        await withTransaction(db, (tx) => attachPolicy(tx, name, { selectors }, it));
      }
    }
  }
});
