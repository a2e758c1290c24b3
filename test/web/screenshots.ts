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
import { actsOf } from "./acts.ts";
import { openStage, type Stage } from "./stage.ts";
import { DIALOGS, makeWorld, pagesOf } from "./world.ts";

const OUT = join(dirname(dirname(import.meta.dirname)), "web", "screenshots");
const wanted = process.argv.slice(2);
const LOOKS = {
  light: { width: 1280, height: 900, colorScheme: "light" },
  dark: { width: 1440, height: 900, colorScheme: "dark" },
  phone: { width: 390, height: 844, colorScheme: "light" },
} as const;
type View = (typeof LOOKS)[keyof typeof LOOKS];
/** Pages that exist before anything does. */
const EMPTY = {
  overview: "/",
  workloads: "/workloads",
  "at-risk": "/workloads/at-risk",
  policies: "/policies",
  "policy-new": "/policies/new",
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
  "billing-subscriptions": "/billing?tab=subscriptions",
  "billing-prices": "/billing?tab=prices",
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

type Act = (page: Page) => Promise<unknown>;

const asked = (name: string) => wanted.length === 0 || wanted.some((word) => name.includes(word));

/** What the page shows when all that was asked for is there and nothing moves. */
async function settle(page: Page): Promise<void> {
  await page.locator('main [aria-label="Loading"]').first().waitFor({ state: "detached", timeout: 60_000 });
  await page.waitForTimeout(150);
  // Colours that are on their way from one scheme to the other are nobody's choice.
  await page.evaluate(
    "Promise.allSettled(document.getAnimations().filter((it) => it instanceof CSSTransition).map((it) => it.finished))",
  );
}

async function take(page: Page, folder: string, name: string, looks: Readonly<Record<string, View>>): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [look, { width, height, colorScheme }] of Object.entries(looks)) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await settle(page);
    // What lies over a page covers what is in sight of it, not all of it.
    const dialog = (await page.locator('[role="dialog"]').count()) > 0;
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: look === "phone" && !dialog });
  }
}

async function shoot(
  stage: Stage,
  page: Page,
  state: string,
  pages: Readonly<Record<string, string>>,
  acts: Readonly<Record<string, Act>> = {},
): Promise<void> {
  for (const [name, path] of Object.entries(pages)) {
    if (!asked(name)) continue;
    await page.setViewportSize(LOOKS.light);
    await page.goto(stage.url + path);
    await page.locator("h1").first().waitFor();
    await settle(page);
    await acts[name]?.(page);
    await take(page, join(OUT, state), name, LOOKS);
    process.stdout.write(`${state} ${name}\n`);
  }
}

if (wanted.length === 0) rmSync(OUT, { recursive: true, force: true });
const stage = await openStage({ oidc: true });
try {
  const door = await stage.open("/", { token: null });
  await door.getByRole("button").first().waitFor();
  await take(door, OUT, "sign-in", LOOKS);
  await door.locator("input").last().fill("not-a-token");
  await door.keyboard.press("Enter");
  await door.getByRole("alert").first().waitFor();
  await take(door, OUT, "sign-in-refused", LOOKS);
  const page = await stage.open("/");
  await shoot(stage, page, "empty", EMPTY);
  const world = await makeWorld(stage);
  await seedHistory(stage.db, world.workload_id);
  await seedDrills(stage.db, world.workload_id);
  await seedGrowth(stage.db);
  await using at_hand = new AsyncDisposableStack();
  const wants_database = wanted.length === 0 || wanted.some((word) => word.includes("database"));
  const database = wants_database && needsPostgres === false ? await makeDatabase(stage) : null;
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
  const { paths, acts } = actsOf(stage, world);
  await shoot(stage, page, "acts", paths, acts);
  await page.route(/\/v1\/(?!session|events)/, (route) =>
    route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(PROBLEM) }),
  );
  await shoot(stage, page, "failing", { ...EMPTY, ...pagesOf(world) });
  if (page.problems.length > 0) process.stdout.write(`the browser said:\n${page.problems.join("\n")}\n`);
} finally {
  await stage.close();
}
