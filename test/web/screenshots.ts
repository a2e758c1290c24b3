/**
 * `npm run screenshots [-- PAGE …]`: every page in light, dark and on a phone, each of them empty, normal and failing,
 * in web/screenshots (git ignores it). For looking at, one by one.
 */
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { seedDrills, seedGrowth, seedHistory } from "./history.ts";
import { makeDatabase } from "./database.ts";
import { openStage, type Stage } from "./stage.ts";
import { DIALOGS, makeWorld, pagesOf } from "./world.ts";

const OUT = join(dirname(dirname(import.meta.dirname)), "web", "screenshots");
const wanted = process.argv.slice(2);
const LOOKS = {
  light: { width: 1280, height: 900, colorScheme: "light" },
  dark: { width: 1440, height: 900, colorScheme: "dark" },
  phone: { width: 390, height: 844, colorScheme: "light" },
} as const;
/** Pages that exist before anything does. */
const EMPTY = {
  overview: "/",
  workloads: "/workloads",
  "at-risk": "/workloads/at-risk",
  policies: "/policies",
  backups: "/backups",
  "restore-what": "/restore",
  restores: "/restores",
  alerts: "/alerts",
  incidents: "/incidents",
  oncall: "/oncall",
  jobs: "/jobs",
  regions: "/regions",
  evidence: "/evidence",
  keys: "/keys",
  access: "/access",
  account: "/account",
  agents: "/agents",
  drills: "/drills",
  reports: "/reports",
  audit: "/audit",
  "audit-sinks": "/audit/sinks",
  "report-subscriptions": "/reports/subscriptions",
  "access-grants": "/access?tab=grants",
  "access-roles": "/access?tab=roles",
  "access-tokens": "/access?tab=tokens",
  "access-provider": "/access?tab=provider",
  holds: "/holds",
  tiers: "/tiers",
  approvals: "/approvals",
  usage: "/usage",
  billing: "/billing",
  "first-run": "/first-run",
};
const PROBLEM = {
  type: "urn:holdfast:error:database_lost",
  title: "Service Unavailable",
  status: 503,
  detail: "the database does not answer",
  code: "DATABASE_LOST",
  retryable: false,
  fix: "Wait until it is up again; the server's log says why it went away.",
  status_reason: "InternalError",
  context: {},
  instance: "req_01m8bnp99qm4gzxtnhy0etqxbj",
};

async function shoot(stage: Stage, page: Page, state: string, pages: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, path] of Object.entries(pages)) {
    if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
    await page.goto(stage.url + path);
    await page.locator("h1").first().waitFor();
    await page.locator('main [aria-label="Loading"]').first().waitFor({ state: "detached", timeout: 20_000 });
    for (const [look, { width, height, colorScheme }] of Object.entries(LOOKS)) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForTimeout(150);
      mkdirSync(join(OUT, state), { recursive: true });
      await page.screenshot({ path: join(OUT, state, `${name}-${look}.png`), fullPage: look === "phone" });
    }
    process.stdout.write(`${state} ${name}\n`);
  }
}

if (wanted.length === 0) rmSync(OUT, { recursive: true, force: true });
const stage = await openStage({ oidc: true });
try {
  const door = await stage.open("/", { token: null });
  await door.getByRole("button").first().waitFor();
  mkdirSync(OUT, { recursive: true });
  for (const [look, { width, height, colorScheme }] of Object.entries(LOOKS)) {
    await door.setViewportSize({ width, height });
    await door.emulateMedia({ colorScheme });
    await door.screenshot({ path: join(OUT, `sign-in-${look}.png`) });
  }
  const page = await stage.open("/");
  await shoot(stage, page, "empty", EMPTY);
  const world = await makeWorld(stage);
  await seedHistory(stage.db, world.workload_id);
  await seedDrills(stage.db, world.workload_id);
  await seedGrowth(stage.db);
  await using at_hand = new AsyncDisposableStack();
  const asked = wanted.length === 0 || wanted.some((word) => word.includes("database"));
  const database = asked && needsPostgres === false ? await makeDatabase(stage) : null;
  if (database !== null) at_hand.use(database.cluster);
  await shoot(stage, page, "normal", {
    ...pagesOf(world),
    ...DIALOGS,
    ...(database === null
      ? {}
      : {
          "workload-database": `/workloads/${database.workload_id}`,
          "restore-when-database": `/restore?workload=${database.workload_id}&step=when`,
          "restore-check-database": `/restore?workload=${database.workload_id}&backup=${database.backup_id}&mode=new_resource&name=orders-then&to_time=${database.before_third}&step=check`,
        }),
  });
  await page.route(/\/v1\/(?!session|events)/, (route) =>
    route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(PROBLEM) }),
  );
  await shoot(stage, page, "failing", EMPTY);
  if (page.problems.length > 0) process.stdout.write(`the browser said:\n${page.problems.join("\n")}\n`);
} finally {
  await stage.close();
}
