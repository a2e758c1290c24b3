/** What an operator does on a page before it is photographed: menus, dialogs and answers that no address opens. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Stage } from "./stage.ts";
import type { World } from "./world.ts";

interface Acts {
  readonly paths: Readonly<Record<string, string>>;
  readonly acts: Readonly<Record<string, (page: Page) => Promise<unknown>>>;
}

export function actsOf(stage: Stage, world: World): Acts {
  const { workload_id, backup_id, folder, report_id } = world;
  const choose = async (page: Page) => {
    await page.getByRole("checkbox").nth(1).check();
    await page.getByRole("checkbox").nth(2).check();
  };
  const dropped = async (page: Page, break_it: boolean) => {
    const bundle = await fetch(`${stage.url}/v1/evidence/export`, {
      headers: { authorization: `Bearer ${stage.admin_token}` },
    });
    const text = await bundle.text();
    const file = join(stage.dir, "bundle.json");
    writeFileSync(file, break_it ? text.replace(/("record":"[^"]*)holdfast/, "$1holdfarst") : text);
    await page.locator('input[type="file"]').setInputFiles(file);
    await page
      .locator("main")
      .getByText(/bundle|broken|valid|agrees/i)
      .last()
      .waitFor();
    await page.waitForTimeout(500);
  };
  return {
    paths: {
      palette: "/",
      "workloads-tag": "/workloads",
      "workloads-attach": "/workloads",
      "workloads-complete": "/workloads",
      "workload-add": "/workloads?add=true",
      "workload-day": `/workloads/${workload_id}`,
      "policy-moved": "/policies/critical-1h",
      "policy-wrong": "/policies/critical-1h",
      "backup-delete": `/backups/${backup_id}`,
      "file-preview": `/backups/${backup_id}/files?path=${encodeURIComponent(folder)}`,
      "evidence-valid": "/evidence",
      "report-genuine": `/reports/${report_id}`,
      "audit-entry": "/audit",
      "not-there": "/backups/bkp_01m8d35a4x1fw5f00f7k78rkv3",
      nowhere: "/no/such/page",
    },
    acts: {
      palette: async (page) => {
        await page.keyboard.press("Control+k");
        await page.getByRole("dialog").waitFor();
      },
      "workloads-tag": async (page) => {
        await choose(page);
        await page.getByRole("button", { name: "Tag", exact: true }).click();
        await page.getByRole("dialog").getByLabel("Key").fill("env");
        await page.getByRole("dialog").getByLabel("Value").fill("test");
        await page.getByText(/would change/).waitFor();
      },
      "workloads-attach": async (page) => {
        await choose(page);
        await page.getByRole("button", { name: "Attach policy" }).click();
        await page.getByRole("dialog").waitFor();
      },
      "workloads-complete": async (page) => {
        await page.getByLabel("Tags").first().fill("env=");
        await page.getByRole("option").first().waitFor();
      },
      "workload-day": async (page) => {
        await page.getByRole("group", { name: /arrow keys/ }).focus();
        await page.keyboard.press("ArrowUp");
        await page.keyboard.press("ArrowLeft");
      },
      "policy-moved": async (page) => {
        await page.getByRole("slider").nth(1).focus();
        for (let n = 0; n < 3; n++) await page.keyboard.press("PageUp");
        await page.waitForTimeout(2000);
        await settled(page);
      },
      "policy-wrong": async (page) => {
        const yaml = page.locator("textarea").last();
        await yaml.fill("name: critical-1h\nschedule:\n  hourly: :61\nretention:\n  dayly: 7\n");
        await page.waitForTimeout(2000);
      },
      "backup-delete": async (page) => {
        await page.getByRole("button", { name: "Delete" }).click();
        await page.getByRole("dialog").waitFor();
      },
      "file-preview": async (page) => {
        await page
          .getByRole("button", { name: /file-1\.txt/ })
          .first()
          .click();
        await page.getByRole("dialog").waitFor();
      },
      "evidence-valid": (page) => dropped(page, false),
      "report-genuine": async (page) => {
        await page.getByRole("button", { name: "Check it now" }).click();
        await page.waitForTimeout(2500);
      },
      "audit-entry": async (page) => {
        await page.locator(".hf-row-button").first().click();
        await page.getByRole("dialog").waitFor();
      },
    },
  };
}

async function settled(page: Page): Promise<void> {
  await page.locator('main [aria-label="Loading"]').first().waitFor({ state: "detached" });
}
