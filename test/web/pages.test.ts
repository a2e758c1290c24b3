/** Every page, with data, in light and dark: axe finds nothing serious, and the browser complains of nothing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { after } from "node:test";
import { openStage } from "./stage.ts";
import { makeWorld, pagesOf } from "./world.ts";

const AXE = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const SERIOUS = new Set(["serious", "critical"]);
/** What depends on colours; the rest is the same in dark as in light. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const stage = await openStage({ oidc: true });
after(() => stage.close());
const world = await makeWorld(stage);

/** Pages at once: a tab waits for the server, and axe computes, so that two go together. */
const TABS = 2;

test("no page has a serious finding of axe, in light and in dark, and none makes the browser complain", async () => {
  const findings: string[] = [];
  const left = Object.entries(pagesOf(world));
  const tab = async () => {
    const page = await stage.open("/");
    for (let next = left.shift(); next !== undefined; next = left.shift()) await look(page, ...next, findings);
  };
  await Promise.all(Array.from({ length: TABS }, tab));
  assert.deepEqual(findings, []);
});

type Tab = Awaited<ReturnType<typeof stage.open>>;

async function look(page: Tab, name: string, path: string, findings: string[]): Promise<void> {
  await page.goto(stage.url + path);
  await page.locator("h1").first().waitFor();
  // Everything that was asked for is there.
  await page.locator('main [role="status"][aria-label="Loading"]').first().waitFor({ state: "detached" });
  await page.evaluate(AXE);
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor({ state: "attached" });
    // Colours that are on their way from one scheme to the other are nobody's choice.
    await page.evaluate(
      "Promise.allSettled(document.getAnimations().filter((it) => it instanceof CSSTransition).map((it) => it.finished))",
    );
    const violations = (await page.evaluate(
      // oxlint-disable-next-line typescript/no-explicit-any -- axe is put into the page as a global
      (only) => (globalThis as any).axe.run({ runOnly: only }).then((it: any) => it.violations),
      scheme === "light" ? RULES : OF_COLOURS,
    )) as Finding[];
    for (const { id, impact, nodes } of violations.filter((it) => SERIOUS.has(it.impact ?? ""))) {
      const [first] = nodes;
      findings.push(
        `${name}, ${scheme}: ${id} (${impact}, ${nodes.length}): ${first?.html.slice(0, 200)} ${first?.failureSummary ?? ""}`,
      );
    }
  }
  for (const problem of page.problems.splice(0)) findings.push(`${name}: the browser says: ${problem}`);
}
