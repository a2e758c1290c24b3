import { type RawBuilder, sql } from "kysely";
import { setSubscription, addPrice } from "../../../src/control/billing/index.ts";
import { createProject, createRegion, createWorkload } from "../../../src/control/inventory/index.ts";
import { attachPolicy, createPolicy } from "../../../src/control/policy/index.ts";
import { type Db, type Ports, withTransaction } from "../../../src/platform/db/index.ts";

export interface Sizes {
  readonly workloads: number;
  readonly policies: number;
  readonly backups: number;
  readonly projects: number;
}

export const FULL: Sizes = { workloads: 100_000, policies: 1000, backups: 2_000_000, projects: 100 };

/** Teams that tags name: each policy that is attached by tag takes one of them in one environment. */
const TEAMS = 250;

/**
 * An installation as it would have grown: regions, projects, policies, attachments and the first workloads by the
 * product's own code; the others as copies of those rows, by SQL.
 */
export async function generate(db: Db, sizes: Sizes, dir: string, ports: Ports, print: (line: string) => void) {
  for (const name of ["dha-1", "ctg-1"]) {
    await createRegion(db, { name, country: "BD", store: { kind: "fs", path: `${dir}/${name}` } }, ports);
  }
  const projects: { readonly name: string }[] = [];
  for (let n = 0; n < sizes.projects; n++) {
    projects.push(await createProject(db, { name: `tenant-${n}`, region: "dha-1" }, ports));
  }
  await withTransaction(db, async (tx) => {
    for (let n = 0; n < sizes.policies; n++) {
      const [hour, minute] = [n % 24, (n * 7) % 60];
      const at = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")} Asia/Dhaka`;
      const copy = n % 5 === 0 ? { copy: { cross_region: "ctg-1" } } : {};
      const spec = { name: `policy-${n}`, schedule: { daily: at }, retention: { daily: 14, monthly: 6 }, jitter: "1h" };
      await createPolicy(tx, { ...spec, ...copy }, ports);
      // One half is named by workloads themselves, the other attached to what bears tags.
      if (n % 2 === 0) continue;
      const env = ["prod", "test"][Math.floor(n / 2 / TEAMS) % 2] ?? "prod";
      const selectors = [`team=team-${Math.floor(n / 2) % TEAMS},env=${env}`];
      await attachPolicy(tx, `policy-${n}`, n % 20 === 1 ? { selectors, types: ["vm", "host"] } : { selectors }, ports);
    }
  });
  const types = ["vm", "host", "volume", "database"] as const;
  const seeds = Math.min(1000, sizes.workloads);
  await withTransaction(db, async (tx) => {
    for (let n = 0; n < seeds; n++) {
      const source = { kind: "files" as const, paths: [`/srv/${n}`] };
      const tags = { team: `team-${n % TEAMS}`, env: n % 3 === 0 ? "test" : "prod", tier: `tier-${1 + (n % 3)}` };
      const named =
        n % 2 === 0 ? { "backup-policy": `policy-${((n % (sizes.policies / 2)) * 2) % sizes.policies}` } : {};
      const project = projects[n % projects.length]?.name ?? "";
      const of = {
        project,
        type: types[n % 4] ?? "vm",
        source,
        tags: n % 97 === 96 ? { team: "none" } : { ...tags, ...named },
      };
      await createWorkload(tx, { name: `w-${n}`, ...of }, ports);
    }
  });
  await sql`
    insert into workloads (id, project_id, name, type, region_id, source, tags, created_at, updated_at)
    select left(id, 14) || right(md5(id || copy), 12), project_id, name || '-' || copy, type, region_id, source, tags,
      created_at, updated_at
    from workloads, generate_series(1, ${Math.ceil(sizes.workloads / seeds) - 1}::int) copy`.execute(db);
  print(`inventory: ${sizes.projects} projects, ${sizes.policies} policies, ${await count(db, "workloads")} workloads`);
  await backups(db, sizes, ports);
  print(`catalog: ${await count(db, "backups")} backups, ${await count(db, "jobs")} jobs`);
  await usage(db, sizes, ports);
  print(`usage: ${await count(db, "usage_records")} records of one month`);
  // As autovacuum would have done in the meantime.
  await run(db, sql`vacuum analyze`);
}

/** However long it takes: the machine may have other work. */
async function run(db: Db, statement: RawBuilder<unknown>) {
  await db.connection().execute(async (connection) => {
    await sql`set statement_timeout = 0`.execute(connection);
    await statement.execute(connection);
    await sql`reset statement_timeout`.execute(connection);
  });
}

async function backups(db: Db, sizes: Sizes, ports: Ports) {
  const now = new Date(ports.clock.now_ms());
  await run(
    db,
    sql`
    insert into repositories (id, project_id, region_id, repository_id, store_prefix, cmk_id, created_at, used_bytes, used_at)
    select 'rpo_' || substr(p.id, 5), p.id, p.region_id, 'r' || p.id, p.name, 'cmk_1', ${now}, 4000000000000, ${now}
    from projects p`,
  );
  // Day by day and in order of time, as they would have been made: what belongs to one workload lies far apart.
  for (let n = Math.round(sizes.backups / sizes.workloads) - 1; n >= 0; n--) {
    await run(
      db,
      sql`
    insert into backups (id, project_id, workload_id, policy_id, policy_version, repository_id, region_id, manifest_key, state,
      gfs, created_at, completed_at, retain_until, source_bytes, stored_bytes, file_count, verified_state, details, job_id)
    select 'bkp_' || lpad(to_hex(1000 - n), 4, '0') || substr(w.id, 5), w.project_id, w.id, p.id, 1, 'rpo_' || substr(w.project_id, 5),
      w.region_id, 'manifests/' || w.id || n, case when hashtext(w.id || n) % 200 = 0 then 'DAMAGED' else 'AVAILABLE' end,
      '[]', at, at + interval '7 minutes', at + interval '14 days', 40000000000, 900000000, 120000,
      case when hashtext(w.id || n) % 3 = 0 then 'VALID' else 'UNVERIFIED' end, '{}',
      case when at > ${now}::timestamptz - interval '3 days' then 'job_' || lpad(to_hex(1000 - n), 4, '0') || substr(w.id, 5) end
    from workloads w
    join policies p on p.name = coalesce(w.tags ->> 'backup-policy', 'policy-1')
    cross join (select ${n}::int as n) day
    cross join lateral (select ${now}::timestamptz - interval '1 day' * n - interval '1 second' * (abs(hashtext(w.id)) % 80000) as at) t
    order by at`,
    );
  }
  await run(
    db,
    sql`
    insert into jobs (id, kind, state, project_id, workload_id, policy_id, policy_version, backup_id, input, attempt, run_after,
      created_at, started_at, finished_at, updated_at)
    select 'job_' || substr(b.id, 5), 'backup', case when hashtext(b.id) % 50 = 0 then 'FAILED' else 'SUCCEEDED' end, b.project_id,
      b.workload_id, b.policy_id, 1, b.id, '{"trigger":"schedule"}', 1, b.created_at, b.created_at, b.created_at, b.completed_at,
      b.completed_at
    from backups b where b.job_id is not null order by b.created_at`,
  );
  await run(
    db,
    sql`
    insert into copies (id, backup_id, region_id, repository_id, state, created_at, completed_at, lag_seconds, copied_bytes)
    select 'cpy_' || substr(b.id, 5), b.id, r.id, b.repository_id, 'AVAILABLE', b.completed_at, b.completed_at + interval '5 minutes',
      300, b.stored_bytes
    from backups b join regions r on r.name = 'ctg-1' where b.state = 'AVAILABLE' and hashtext(b.policy_id) % 5 = 0
    order by b.completed_at`,
  );
}

/** A month of hourly records for every project, and a subscription each. */
async function usage(db: Db, sizes: Sizes, ports: Ports) {
  for (const [item, amount] of [
    ["storage.hot", "0.0231"],
    ["storage.warm", "0.0117"],
    ["storage.cold", "0.0042"],
    ["operations", "0.35"],
    ["transfer", "0.0173"],
  ] as const) {
    await addPrice(db, { item, currency: "EUR", amount, effective_from: "2026-01-01" }, "bench", ports);
  }
  await withTransaction(db, async (tx) => {
    for (let n = 0; n < sizes.projects; n++) {
      const tier = ["standard", "enhanced", "compliance"][n % 3] ?? "standard";
      const of = {
        tier,
        addons: { region: 1 },
        billing: "monthly" as const,
        currency: "EUR",
        tax_percent: "15",
        setup: false,
      };
      await setSubscription(tx, { project: `tenant-${n}`, ...of, effective_from: "2026-02-01" }, "bench", ports);
    }
  });
  const { from, until } = lastMonth(ports.clock.now_ms());
  await run(
    db,
    sql`
    insert into usage_records (project_id, hour, meter, class, region_id, to_region_id, seq, quantity, created_at)
    select p.id, h, m.meter, m.class, p.region_id, '', 0,
      (abs(hashtext(p.id || m.meter || m.class || h)::bigint) + 1000000000000) % 4000000000000, h + interval '1 hour'
    from (select * from projects where not sandbox) p
    cross join generate_series(${from}::timestamptz, ${until}::timestamptz - interval '1 hour', interval '1 hour') h
    cross join (values ('storage', 'hot'), ('storage', 'warm'), ('storage', 'cold'), ('transfer', ''), ('operations', 'backup'),
      ('operations', 'copy'), ('operations', 'verify')) m (meter, class)`,
  );
}

/** The last whole month, in UTC. */
export function lastMonth(now_ms: number): { month: string; from: Date; until: Date } {
  const now = new Date(now_ms);
  const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  const until = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  return { month: from.toISOString().slice(0, 7), from, until };
}

async function count(db: Db, table: "workloads" | "backups" | "jobs" | "usage_records"): Promise<number> {
  const { n } = await db
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return Number(n);
}
