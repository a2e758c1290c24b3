/** What people do, done in a real browser against a real server: the outcome is checked outside of both. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { makeFolder, openStage } from "./stage.ts";

const stage = await openStage();
after(() => stage.close());
/** For jobs: a quiet machine needs a few seconds, a busy one is slow, not broken. */
const WAIT = { timeout: 150_000 };

/** `diff -r`: the outside oracle. */
function assertSame(one: string, other: string): void {
  assert.equal(execFileSync("diff", ["-r", one, other], { encoding: "utf8" }), "");
}

test("signing in: a wrong token is told, the right one opens the console, signing out closes it", async () => {
  const page = await stage.open("/workloads", { token: null });
  await page.getByRole("textbox", { name: "API token" }).fill("baas_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByRole("textbox", { name: "API token" }).fill(stage.admin_token);
  await page.getByRole("button", { name: "Sign in" }).click();
  // The deep link is where one gets to.
  await page.getByRole("heading", { name: "Workloads" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.context().close();
});

test("the page may load from its own server only, and runs nothing inline", async () => {
  const answer = await fetch(`${stage.url}/policies/x`, { headers: { accept: "text/html" } });
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w-]{22}'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const html = await answer.text();
  assert.doesNotMatch(html, /<script(?![^>]* src=")/);
  const asset = /src="(\/assets\/[^"]+)"/.exec(html)?.[1] ?? "";
  const script = await fetch(stage.url + asset);
  assert.match(script.headers.get("cache-control") ?? "", /max-age=31536000, immutable/);
});

test("first run: from nothing to a restore that diff finds the same", async () => {
  const folder = makeFolder(stage, "documents", 60);
  const page = await stage.open("/");
  await page.getByRole("link", { name: "Start the first run" }).click();
  await page.getByRole("textbox", { name: "Folder", exact: true }).fill(folder);
  await page.getByRole("button", { name: "Back it up" }).click();
  await page.getByText("It restores.").waitFor(WAIT);
  assertSame(folder, `${folder}-restored`);
  await page.getByRole("button", { name: "Attach standard-daily" }).click();
  await page.getByText("standard-daily protects it now.").waitFor();
  await page.getByRole("link", { name: "Go to the overview" }).click();
  await page.getByText("All is well").waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("policy: an error on its line, the preview, who would gain it, and a new version with its diff", async () => {
  const [project] = (await stage.call("GET", "/v1/projects")).items;
  const source = { kind: "files", paths: [stage.dir], exclude: [] };
  await stage.call("POST", "/v1/workloads", { name: "letters", project: project.id, type: "host", source, tags: {} });
  const page = await stage.open("/policies/new");
  const text = page.getByLabel("Policy as YAML");
  await text.fill('name: nightly\ntimezone: UTC\nschedule:\n  daily: "25:00"\nretention:\n  daily: 7\n');
  await page.getByRole("button", { name: "line 4" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Add policy" }).isDisabled(), true);
  await text.fill('name: nightly\ntimezone: UTC\nschedule:\n  daily: "02:00"\nretention:\n  daily: 7\n');
  await page.getByText("at most 7 recovery points").waitFor();
  // The form writes the text.
  await page.getByRole("textbox", { name: "Days" }).fill("9");
  await page.getByText("at most 9 recovery points").waitFor();
  assert.match(await text.inputValue(), /daily: 9/);
  await page.getByRole("button", { name: "Add policy" }).click();
  await page.getByRole("combobox", { name: "Names" }).fill("lett*");
  await page.keyboard.press("Enter");
  await page.getByText("1 workload would gain it").waitFor();
  await page.getByRole("button", { name: "Attach", exact: true }).click();
  await page.getByRole("button", { name: "Detach" }).waitFor();
  await page.getByRole("tab", { name: "What it would do" }).click();
  // By pointer: what is kept, taken and covered moves with the handle, and nothing is saved.
  const weeks = page.getByRole("slider", { name: "Weeks kept" });
  await weeks.waitFor();
  // What comes later would move it from under the pointer.
  await page.locator('main [aria-label="Loading"]').first().waitFor({ state: "detached" });
  const box = await weeks.boundingBox();
  if (box === null) throw new Error("no handle to drag");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 200, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  const dragged = Number(await weeks.getAttribute("aria-valuenow"));
  assert.ok(dragged > 0, "dragging moved nothing");
  assert.equal(await page.getByRole("textbox", { name: "Weeks" }).inputValue(), String(dragged));
  await page.getByRole("img", { name: /Recovery points at the end: now: \d+, changed: \d+/ }).waitFor();
  await page
    .getByRole("status", { name: "Who would gain or lose coverage" })
    .getByText(/Nobody gains/)
    .waitFor();
  // By keyboard, of the schedule, too.
  await weeks.press("Home");
  for (let n = 0; n < 4; n++) await weeks.press("ArrowRight");
  await page.getByRole("slider", { name: "Daily run at" }).press("ArrowRight");
  assert.match(await text.inputValue(), /daily: (")?02:15/);
  assert.equal((await stage.call("GET", "/v1/policies/nightly")).version, 1);
  const save = page.getByRole("button", { name: "Save as a new version" });
  await save.click();
  await page.getByText("nightly is now version 2").waitFor();
  const stored = await stage.call("GET", "/v1/policies/nightly");
  assert.deepEqual([stored.version, stored.spec.retention], [2, { daily: 9, weekly: 4 }]);
  // The editor begins anew with what was saved.
  await page
    .getByText(/^Version 2/)
    .first()
    .waitFor();
  await save.and(page.locator(":disabled")).waitFor();
  await page.getByRole("slider", { name: "Days kept" }).press("ArrowRight");
  await save.click();
  await page.getByText("nightly is now version 3").waitFor();
  // Any two versions: the last change, then both.
  await page.getByRole("tab", { name: "Versions" }).click();
  const diff = page.locator("pre");
  await diff.getByText("daily: 10").waitFor();
  assert.equal(await diff.getByText("+   weekly: 4").count(), 0);
  await page.getByRole("combobox", { name: "What changed from" }).click();
  await page.getByRole("option", { name: /^Version 1,/ }).click();
  await diff.getByText("+   weekly: 4").waitFor();
  await diff.getByText("-   daily: 9").waitFor();
  assert.match(page.url(), /from=%221%22/);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("restore wizard: in place wants the name first, then brings back what was lost; the address holds the answers", async () => {
  const { items } = await stage.call("GET", "/v1/workloads?search=documents");
  const [folder] = items[0].source.paths as string[];
  writeFileSync(join(folder ?? "", "file-1.txt"), "overwritten by mistake\n");
  const page = await stage.open("/restore");
  await page.getByRole("button", { name: /^documents/ }).click();
  await page.getByRole("button", { name: /the newest/ }).click();
  await page.getByRole("radio", { name: /Back in place/ }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText(/existing files? would be overwritten/).waitFor();
  await page.reload();
  const run = page.locator("main").getByRole("button", { name: "Restore", exact: true });
  await run.waitFor();
  assert.equal(await run.isDisabled(), true);
  await page.getByLabel("Type documents to confirm").fill("documents");
  await run.click();
  await page.getByText("Restored", { exact: true }).waitFor(WAIT);
  assertSame(folder ?? "", `${folder}-restored`);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("a reader sees everything, and what it may not do is absent or says why", async () => {
  const scopes = ["workloads:read", "backups:read", "policies:read", "jobs:read", "regions:read", "events:read"];
  const token = await stage.token(scopes);
  const [backup] = (await stage.call("GET", "/v1/backups")).items;
  const page = await stage.open(`/backups/${backup.id}`, { token });
  await page.getByRole("heading", { name: /^documents/ }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Delete" }).isDisabled(), true);
  assert.equal(await page.locator("main").getByRole("link", { name: "Restore" }).count(), 0);
  assert.equal(await page.getByRole("button", { name: "Verify" }).count(), 0);
  await page.getByRole("navigation").getByRole("link", { name: "Workloads" }).click();
  await page.getByRole("grid", { name: "Workloads" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Add workload" }).count(), 0);
  assert.equal(await page.getByRole("navigation").getByRole("link", { name: "Keys" }).count(), 0);
  // Typed by hand, the page tells it in the server's words.
  await page.goto(`${stage.url}/keys`);
  await page.getByText("Your role does not allow this").first().waitFor();
  await page.context().close();
});

test("the palette finds a workload by keyboard alone", async () => {
  const page = await stage.open("/jobs");
  await page.getByRole("heading", { name: "Jobs" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("textbox", { name: /Search or jump/ }).pressSequentially("docum");
  await page.getByRole("button", { name: /^documents/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "documents" }).waitFor();
  await page.context().close();
});

test("back up now for those chosen: one request, a job of each, and what is refused is named", async () => {
  const [project] = (await stage.call("GET", "/v1/projects")).items;
  const add = async (name: string, tags: Record<string, string>) => {
    const source = { kind: "files", paths: [makeFolder(stage, name, 3)], exclude: [] };
    return (await stage.call("POST", "/v1/workloads", { name, project: project.id, type: "host", source, tags })).id;
  };
  const ids = [await add("many-1", {}), await add("many-2", {})];
  await add("many-3", { "backup-opt-out": "made anew by every build", owner: "ci" });
  const page = await stage.open("/workloads?name=many-");
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && /\/v1\/(workload-)?backups/.test(request.url())) asked.push(request.url());
  });
  await page.getByText("3 rows").waitFor();
  // A filter half typed takes nothing away; whole, it narrows; left half typed, it is told what is wrong with it.
  const tags = page.getByLabel("Tags").first();
  await tags.fill("owner=");
  await page.getByRole("option").first().waitFor();
  await page.waitForTimeout(600);
  await page.getByText("3 rows").waitFor();
  await tags.fill("owner=ci");
  await page.getByText("1 row", { exact: true }).waitFor();
  await tags.fill("owner=");
  await page.keyboard.press("Tab");
  await page.locator('[aria-invalid="true"]').waitFor();
  await tags.fill("");
  await page.keyboard.press("Tab");
  await page.getByText("3 rows").waitFor();
  for (const at of [1, 2, 3]) await page.getByRole("checkbox").nth(at).check();
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.getByText(/many-3: workload many-3 is not protected on purpose/).waitFor();
  assert.equal(asked.length, 1);
  const { items } = await stage.call("GET", "/v1/jobs?filter=kind%3Dbackup");
  const made = items.filter((job: { workload_id: string }) => ids.includes(job.workload_id));
  assert.equal(made.length, 2);
  for (const job of made) assert.equal((await stage.ended(job.id)).state, "SUCCEEDED");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("what is cold: the wizard tells the thaw's time and cost before anything starts; the workload's page tells its cost", async () => {
  const [region] = (await stage.call("GET", "/v1/regions")).items;
  await stage.call("POST", "/v1/projects", { name: "vault", region: region.id });
  const folder = makeFolder(stage, "vault", 1);
  writeFileSync(join(folder, "noise"), randomBytes(3_000_000));
  const source = { kind: "files", paths: [folder], exclude: [] };
  const { id } = await stage.call("POST", "/v1/workloads", { name: "vault", project: "vault", type: "host", source });
  const { job_id } = await stage.call("POST", "/v1/backups", { workload: id });
  const { backup_id } = await stage.ended(job_id);
  const price = { item: "storage.hot", currency: "EUR", amount: "1000", effective_from: "2026-01-01" };
  await stage.call("POST", "/v1/prices", price);
  const { stored_bytes } = await stage.call("GET", `/v1/backups/${backup_id}`);
  const page = await stage.open(`/workloads/${id}`);
  const cost = page.locator("section", { has: page.getByRole("heading", { name: "Cost", exact: true }) });
  await cost.getByText(`${((stored_bytes / 1024 ** 3) * 1000).toFixed(2)} EUR`).waitFor();
  // As old as what goes to the cold, and gone there.
  const created_at = new Date(Date.now() - 100 * 86_400_000);
  await stage.db.updateTable("backups").set({ created_at }).where("id", "=", backup_id).execute();
  await stage.call("POST", `/v1/regions/${region.id}/tiers`, { thaw_seconds: 7200, thaw_price_gib: 100 });
  const run = await stage.call("POST", "/v1/tiers/run", { project: "vault", region: region.name });
  assert.equal((await stage.ended(run.job_id)).state, "SUCCEEDED");
  const target = encodeURIComponent(join(stage.dir, "thawed"));
  await page.goto(`${stage.url}/restore?workload=${id}&backup=${backup_id}&step=check&mode=path&path=${target}`);
  await page.getByText("Thaw first").waitFor();
  await page.getByText(/\d MiB are cold: readable after about 2h, cost 0\.\d\d/).waitFor();
  assert.deepEqual((await stage.call("GET", "/v1/thaws")).items, []);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
