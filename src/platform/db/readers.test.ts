import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "kysely";
import { PLANNED_EACH_TIME, QUICK } from "./readers.ts";
import { testDatabases } from "./testing.ts";

const databases = testDatabases();
const database = await databases.create();
const { db, readers } = database;
const PROJECTS = Array.from({ length: 12 }, (_, n) => `prj_${n}`);
await sql`insert into regions (id, name, country, store, created_at, revision)
  values ('reg_1', 'here', 'BD', '{"kind":"fs","path":"/x"}', now(), 1)`.execute(db);
for (const id of PROJECTS) {
  await sql`insert into projects (id, name, region_id, created_at) values (${id}, ${id}, 'reg_1', now())`.execute(db);
  for (const [n, team] of ["red", "blue"].entries()) {
    await sql`insert into workloads (id, project_id, name, type, region_id, source, tags, created_at, updated_at)
      values (${`wkl_${id}_${n}`}, ${id}, ${team}, 'host', 'reg_1', '{"kind":"files","paths":["/"]}', ${JSON.stringify({ team })}, now(), now())`.execute(
      db,
    );
  }
}
const whole = (id: string) => ({ projects: [id], tagged: [] });
const seen = (scope: Parameters<typeof readers.in>[0]) =>
  readers.in(scope).selectFrom("workloads").select("id").orderBy("id").execute();

test("many tenants ask at once over few connections, some wrongly: each sees its own, every time", async () => {
  const ask = async (n: number) => {
    const id = PROJECTS[n % PROJECTS.length] ?? "";
    const eyes = readers.in(whole(id));
    if (n % 7 === 0) await assert.rejects(sql`select 1 / (${n} - ${n}::int)`.execute(eyes), /division by zero/);
    if (n % 11 === 0) await assert.rejects(sql`select * from tokens`.execute(eyes), /permission denied/);
    const rows = await eyes.selectFrom("workloads").select("project_id").execute();
    assert.deepEqual(rows, [{ project_id: id }, { project_id: id }]);
    const one = await eyes
      .selectFrom("projects")
      .selectAll()
      .where("id", "=", `prj_${(n + 1) % 12}`)
      .executeTakeFirst();
    assert.equal(one, undefined, "another's project, by its id");
    assert.equal((await readers.all.selectFrom("workloads").select("id").execute()).length, 24);
  };
  for (let round = 0; round < 4; round++) await Promise.all(Array.from({ length: 100 }, (_, n) => ask(n + round * 31)));
});

test("quick ones share a connection while they are under way, and each sees its own all the same", async () => {
  const quick = (id: string, n: number) =>
    sql<{ project_id: string; n: number }>`select project_id, 60 / ${n}::int as n from workloads ${sql.raw(QUICK)}`
      .execute(id === "" ? readers.all : readers.in(whole(id)))
      .then(({ rows }) => rows);
  const ask = async (at: number) => {
    const id = PROJECTS[at % PROJECTS.length] ?? "";
    // One that fails takes back what it said of its eyes: nobody behind it on the connection may look with others.
    if (at % 5 === 0) await assert.rejects(quick(id, 0), /division by zero/);
    else
      assert.deepEqual(
        await quick(id, 30),
        [id, id].map((project_id) => ({ project_id, n: 2 })),
      );
    assert.equal((await quick("", 30)).length, 24);
  };
  for (let round = 0; round < 4; round++) await Promise.all(Array.from({ length: 300 }, (_, n) => ask(n + round * 31)));
  const of = sql<{ n: number }>`select count(distinct pid)::int as n from pg_stat_activity
    where query like ${`%from workloads ${QUICK}`} and datname = current_database()`;
  const [backends] = (await of.execute(db)).rows;
  assert.ok((backends?.n ?? 0) > 0 && (backends?.n ?? 0) <= 20, `${backends?.n} backends`);

  // What is under way on a connection that breaks fails; what comes then is answered on another.
  const many = Promise.allSettled(Array.from({ length: 50 }, () => quick("prj_1", 30)));
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where pid <> pg_backend_pid() and query like ${`%from workloads ${QUICK}`} and datname = current_database()`.execute(
    db,
  );
  for (const each of await many) if (each.status === "fulfilled") assert.equal(each.value.length, 2);
  assert.equal((await quick("prj_1", 30)).length, 2);
  assert.equal((await quick("", 30)).length, 24);
});

test("whole projects, some workloads of another, and nothing at all", async () => {
  assert.equal((await seen({ projects: ["prj_1", "prj_2"], tagged: [] })).length, 4);
  const tagged = [{ project_id: "prj_3", tags: { team: "blue" } }];
  assert.deepEqual(await seen({ projects: [], tagged }), [{ id: "wkl_prj_3_1" }]);
  assert.deepEqual(
    (await seen({ projects: ["prj_1"], tagged })).map(({ id }) => id),
    ["wkl_prj_1_0", "wkl_prj_1_1", "wkl_prj_3_1"],
  );
  assert.deepEqual(await seen({ projects: [], tagged: [] }), []);
  assert.deepEqual(await seen(whole("")), []);
});

test("a transaction of a reader keeps its eyes to the end, and rolling it back does not change them", async () => {
  const eyes = readers.in(whole("prj_5"));
  await assert.rejects(
    eyes.transaction().execute(async (tx) => {
      assert.equal((await tx.selectFrom("workloads").select("id").execute()).length, 2);
      await sql`select nonsense`.execute(tx);
    }),
    /nonsense/,
  );
  assert.equal((await eyes.selectFrom("workloads").select("id").execute()).length, 2);
  assert.equal((await seen(whole("prj_6"))).length, 2);
});

test("what is asked often is prepared, survives a change of its table, and what is planned each time is not", async () => {
  const often = () => readers.all.selectFrom("regions").selectAll().where("name", "=", "here").execute();
  const each = () => sql`select id from regions where name = 'here' ${sql.raw(PLANNED_EACH_TIME)}`.execute(readers.all);
  for (let n = 0; n < 40; n++) {
    assert.equal((await often()).length, 1);
    await each();
  }
  const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(readers.all);
  assert.ok(rows.some(({ statement }) => statement.includes(`from "regions"`)));
  assert.ok(!rows.some(({ statement }) => statement.endsWith(PLANNED_EACH_TIME)));
  await sql`alter table regions add column planted text default 'later'`.execute(db);
  for (let n = 0; n < 5; n++) assert.equal((await often())[0] !== undefined, true);
  assert.equal(((await often())[0] as unknown as { planted: string }).planted, "later");
});

test("a tenant's list is read off its own index, whatever others have", async () => {
  const plan = await readers
    .in(whole("prj_1"))
    .connection()
    .execute(async (connection) => {
      await sql`set enable_seqscan = off`.execute(connection);
      const { rows } = await sql<{ "QUERY PLAN": string }>`
        explain select id from backups order by created_at desc, id desc limit 20`.execute(connection);
      await sql`reset enable_seqscan`.execute(connection);
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    });
  assert.match(plan, /backups_project/);
  assert.match(plan, /Index Cond: \(project_id = current_setting/);
  assert.doesNotMatch(plan, /SubPlan|Sort/);
});
