/**
 * Going back to a second, proving that backups restore, checking evidence, second persons, roles: in a real browser.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { findHost, stopServer } from "../../src/engine/source/postgresql/index.ts";
import { Cluster, needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { makeDatabase } from "./database.ts";
import { makeFolder, openStage } from "./stage.ts";

const stage = await openStage();
after(() => stage.close());
/** For jobs: a quiet machine needs a few seconds, a busy one is slow, not broken. */
const WAIT = { timeout: 150_000 };

const [project] = (await stage.call("GET", "/v1/projects")).items;
const folder = makeFolder(stage, "letters", 12);
const source = { kind: "files", paths: [folder], exclude: [] };
const tags = { tier: "1", "backup-policy": "standard-daily" };
const added = { name: "letters", project: project.id, type: "host", source, tags };
const letters = await stage.call("POST", "/v1/workloads", added);
const backup = await stage.ended((await stage.call("POST", "/v1/backups", { workload: letters.id })).job_id);

/** As a date field takes it, in the browser's zone, which is this process's. */
function fieldText(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

test("restore wizard: a PostgreSQL server as of a second has what was there by then, and nothing later", {
  skip: needsPostgres,
}, async () => {
  const database = await makeDatabase(stage);
  await using _ = database.cluster;
  const page = await stage.open(`/workloads/${database.workload_id}`);
  await page.getByRole("img", { name: /1 backup and the log between them, without a hole/ }).waitFor();
  // The slider is a control of the keyboard, too.
  const slider = page.getByRole("slider", { name: "Moment to recover to" });
  await slider.press("ArrowLeft");
  // The log goes on meanwhile: what was chosen stays behind its end.
  const [chosen, newest] = [await slider.getAttribute("aria-valuenow"), await slider.getAttribute("aria-valuemax")];
  assert.ok(Number(chosen) < Number(newest), `${chosen} of ${newest}`);
  await page.getByLabel("Moment (your time)").fill(fieldText(database.before_third));
  await page.getByRole("button", { name: "Restore to this moment" }).click();
  await page.getByRole("radio", { name: /As a new workload/, checked: true }).waitFor();
  await page.getByRole("textbox", { name: "Name of the new workload" }).fill("orders-then");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText(/is recovered to/).waitFor();
  await page.locator("main").getByRole("button", { name: "Restore", exact: true }).click();
  await page.getByText("Restored", { exact: true }).waitFor(WAIT);
  await page.getByRole("row", { name: /passed a known record/ }).waitFor();
  const { details } = await stage.call("GET", `/v1/restores/${page.url().split("/").at(-1)}`);
  try {
    const rows = await Cluster.at(details.data_dir).sql("SELECT id FROM ledger ORDER BY id");
    assert.deepEqual(
      rows.map(({ id }) => Number(id)),
      [1, 2],
    );
  } finally {
    await stopServer(await findHost(15), details.data_dir);
  }
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

async function reportFile(address: string, name: string): Promise<Buffer> {
  const file = await stage.call("GET", `/v1/reports/${address.split("/").at(-1)}/files/${name}`);
  return Buffer.from(file.content_base64, "base64");
}

test("drill: asked for, followed live to its verdict, and its report is genuine", async () => {
  const [region] = (await stage.call("GET", "/v1/regions")).items;
  await stage.call("POST", "/v1/projects", { name: "drill-room", region: region.id, sandbox: true });
  const page = await stage.open("/drills");
  await page.getByRole("button", { name: "Drill a workload now" }).click();
  await page.getByRole("combobox", { name: "Workload" }).fill("lett");
  await page.getByRole("option", { name: /^letters/ }).click();
  await page.getByRole("button", { name: "Start the drill" }).click();
  await page.getByText("It restores, and within its targets").waitFor(WAIT);
  await page.getByRole("row", { name: /passed contents by checksum/ }).waitFor();
  await page.getByRole("link", { name: "Report", exact: true }).click(WAIT);
  await page.getByRole("button", { name: "Check it now" }).click(WAIT);
  await page.getByText(/^Genuine: the signature holds, and \d+ files/).waitFor();
  const [waiting] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download: report.pdf" }).click(),
  ]);
  assert.equal(
    readFileSync(await waiting.path())
      .subarray(0, 5)
      .toString(),
    "%PDF-",
  );
  const pdf = await reportFile(page.url(), "report.pdf");
  const jws = await reportFile(page.url(), "report.jws");
  await page.goto(`${stage.url}/evidence`);
  const drop = page.locator('input[type="file"]');
  const signed = { name: "report.jws", mimeType: "application/jose", buffer: jws };
  const pages = { name: "report.pdf", mimeType: "application/pdf", buffer: pdf };
  await drop.setInputFiles([pages, signed]);
  await page.getByText("Genuine: the signature holds, and 1 file is what was signed.").waitFor();
  await drop.setInputFiles([{ ...pages, buffer: Buffer.concat([pdf, Buffer.from(" ")]) }, signed]);
  await page.getByText("report.pdf is not what was signed.").waitFor();
  await page.goto(`${stage.url}/workloads/${letters.id}`);
  await page.getByText("Recovery time against its target").waitFor();
  await page.getByText("proven", { exact: true }).waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("evidence: a bundle that was downloaded proves itself, and with one record changed it is told where it breaks", async () => {
  const page = await stage.open("/evidence");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download the bundle" }).click(),
  ]);
  const bundle = readFileSync(await download.path(), "utf8");
  const choose = page.locator('input[type="file"]');
  await choose.setInputFiles({ name: "it.json", mimeType: "application/json", buffer: Buffer.from(bundle) });
  await page.getByText(/^Valid: every record/).waitFor();
  const changed = JSON.parse(bundle);
  const at = changed.records.findIndex(({ record }: { record: string | null }) => record?.includes("letters"));
  changed.records[at].record = changed.records[at].record.replace("letters", "lettuce");
  const buffer = Buffer.from(JSON.stringify(changed));
  await choose.setInputFiles({ name: "changed.json", mimeType: "application/json", buffer });
  await page.getByText("Not valid: it breaks in 1 place.").waitFor();
  await page.getByText(`Record ${changed.records[at].index} is not what was logged.`).waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("files: a folder of a backup is browsed, a file previewed, and its download is the same to diff", async () => {
  const page = await stage.open(`/backups/${backup.backup_id}`);
  await page.getByRole("link", { name: "Browse files" }).click();
  const find = page.getByRole("textbox", { name: "Find names here and below" });
  await find.fill("file-1.txt");
  await find.press("Enter");
  await page.getByRole("button", { name: /file-1\.txt$/ }).click();
  await page.getByText("letters 1").first().waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download", exact: true }).click(),
  ]);
  assert.equal(execFileSync("diff", [await download.path(), join(folder, "file-1.txt")], { encoding: "utf8" }), "");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("a deletion under hold is refused with its reason; released, it waits for a second person, who refuses it", async () => {
  const page = await stage.open(`/backups/${backup.backup_id}`);
  await page.getByRole("button", { name: "Hold" }).click();
  await page.getByRole("textbox", { name: /Why/ }).fill("case 17");
  await page.getByRole("button", { name: "Set a hold" }).click();
  await page.getByText("A legal hold keeps it:").waitFor(WAIT);
  await page.locator("main").getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/case 17/).waitFor();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("alert").getByText(/hold/).first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Release" }).click();
  await page.getByRole("textbox", { name: /Why/ }).fill("case closed");
  await page.getByRole("dialog").getByRole("button", { name: "Release" }).click();
  await page.getByText("A legal hold keeps it:").waitFor({ state: "detached", ...WAIT });
  await stage.call("POST", "/v1/approval-rules", { kind: "delete", required: true });
  await page.locator("main").getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await page.getByText("Asked for: it waits for a second person.").waitFor();
  // Whoever asked for it cannot consent to it; another person can refuse it.
  await page.goto(`${stage.url}/approvals`);
  await page.getByText("You asked for this: another person decides.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Approve and run" }).count(), 0);
  const second = await stage.open("/approvals", { token: await stage.token(["*"]) });
  await second.getByRole("button", { name: "Reject" }).click();
  await second.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
  await second.getByRole("row", { name: /Deletion rejected/ }).waitFor();
  const { state } = await stage.call("GET", `/v1/backups/${backup.backup_id}`);
  assert.equal(state, "AVAILABLE");
  for (const it of [page, second]) {
    assert.deepEqual(it.problems, []);
    await it.context().close();
  }
});

test("each role sees its own pages and buttons; the rest is absent", async () => {
  const roles = (await stage.call("GET", "/v1/roles")).items as { name: string; permissions: string[] }[];
  const backup_page = `/backups/${backup.backup_id}`;
  const seen: Record<string, readonly [boolean, boolean, boolean, boolean, boolean]> = {};
  const refused: string[] = [];
  for (const { name, permissions } of roles.filter((it) => it.name.startsWith("baas."))) {
    const page = await stage.open(backup_page, { token: await stage.token(permissions) });
    await page.getByRole("heading", { name: /^letters/ }).waitFor();
    const button = (word: string) => page.locator("main").getByRole("button", { name: word, exact: true });
    const link = (word: string) => page.locator("main").getByRole("link", { name: word, exact: true });
    const menu = (word: string) => page.getByRole("navigation").getByRole("link", { name: word, exact: true });
    seen[name] = [
      (await link("Restore").count()) === 1,
      (await link("Browse files").count()) === 1,
      await button("Delete").isEnabled(),
      (await menu("Audit").count()) === 1,
      (await menu("Drills").count()) === 1,
    ];
    // Whatever the menu leads to may be seen: no part of it is refused, and nothing that changes something is at hand.
    if (name !== "baas.admin") {
      for (const entry of await page.getByRole("navigation").getByRole("link").all()) {
        const heading = (await page.locator("h1").first().textContent()) ?? "";
        await entry.click();
        // The old page stays in sight until the new one has come.
        const old = new RegExp(`^${heading.replaceAll(/[^\w ]/g, ".")}$`);
        await page.locator("h1").filter({ hasNotText: old }).first().waitFor();
        await page.locator('main [aria-label="Loading"]').first().waitFor({ state: "detached" });
        if ((await page.getByText("Your role does not allow this").count()) > 0) refused.push(`${name}: ${page.url()}`);
      }
    }
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
  // Restore, browse, delete, audit, drills.
  assert.deepEqual(seen, {
    "baas.admin": [true, true, true, true, true],
    "baas.builder": [false, false, false, false, true],
    "baas.restore-operator": [true, true, false, false, true],
    "baas.viewer": [false, false, false, false, true],
  });
  assert.deepEqual(refused, []);
});

test("alert to incident: acknowledged, and help asked for from what is wrong", async () => {
  const lost = { kind: "files", paths: ["/does/not/exist"], exclude: [] };
  const gone = await stage.call("POST", "/v1/workloads", { ...added, name: "gone", source: lost });
  await stage.ended((await stage.call("POST", "/v1/backups", { workload: gone.id })).job_id);
  const page = await stage.open("/alerts");
  const alert = page.getByRole("link", { name: /the backup of gone failed/ });
  await alert.waitFor(WAIT);
  // What was promised counts down in the inbox.
  const clock = page.getByRole("timer").first();
  assert.match((await clock.textContent()) ?? "", /due in \d/);
  await alert.click();
  // In the inbox, which stays in sight until the page has come, each alert has such a button.
  await page.getByRole("heading", { name: /the backup of gone failed/ }).waitFor(WAIT);
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await page.getByRole("button", { name: "Acknowledge" }).waitFor({ state: "detached" });
  const [known] = (await stage.call("GET", "/v1/alerts?filter=state=ACKNOWLEDGED")).items;
  assert.match(known.summary, /the backup of gone failed/);
  await page.getByRole("link", { name: "Open an incident" }).click();
  await page.getByRole("dialog").waitFor();
  assert.match(await page.getByRole("textbox", { name: "What is wrong" }).inputValue(), /backup of gone failed/);
  await page.getByRole("textbox", { name: "What is wrong" }).fill("letters were overwritten");
  await page.getByRole("textbox", { name: /What is hurt/ }).fill("file-2 since today");
  await page.getByRole("textbox", { name: /It is over when/ }).fill("file-2 is back");
  await page.getByRole("dialog").getByRole("button", { name: "Open an incident" }).click();
  await page.getByRole("heading", { name: /letters were overwritten/ }).waitFor();
  await page.getByRole("button", { name: "I respond" }).click();
  await page
    .getByText(/responds$/)
    .first()
    .waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("on call: a drag across a line lets somebody take over, by keyboard it is taken back; the rotation is what it was", async () => {
  await stage.call("POST", "/v1/channels", { name: "room", kind: "slack", config: { url: "http://127.0.0.1:9/" } });
  const people = ["ada", "bob"].map((name) => ({ name, channels: ["room"] }));
  const layers = [{ members: ["ada"] }];
  const rotations = [{ name: "primary", timezone: "UTC", start: "2026-05-11", layers }];
  await stage.call("POST", "/v1/oncall", { config: { people, rotations } });
  const overridden = async () =>
    ((await stage.call("GET", "/v1/oncall/shifts")).items as { person: string; override_id: string | null }[])
      .filter(({ override_id }) => override_id !== null)
      .map(({ person }) => person);
  const page = await stage.open("/oncall");
  const line = page.getByRole("group", { name: "Shifts of bob" });
  await line.waitFor();
  // What comes later would move it from under the pointer.
  await page.locator('main [aria-label="Loading"]').first().waitFor({ state: "detached" });
  const box = await line.boundingBox();
  if (box === null) throw new Error("no line to drag across");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.4, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.55, y, { steps: 4 });
  await page.mouse.up();
  await page
    .getByRole("dialog")
    .getByText(/^bob instead of ada, for \d+d/)
    .waitFor();
  assert.deepEqual(await overridden(), [], "nothing is done before it is said");
  await page.getByRole("dialog").getByRole("button", { name: "Take over" }).click();
  const shift = line.getByRole("button", { name: /^bob, .* took over$/ });
  await shift.waitFor();
  assert.deepEqual(await overridden(), ["bob"]);
  await shift.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
  await shift.waitFor({ state: "detached" });
  assert.deepEqual(await overridden(), []);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("administration: a service account with a token, a role for a group, reports for a channel, a watcher of the log", async () => {
  await stage.call("POST", "/v1/channels", {
    name: "board-room",
    kind: "slack",
    config: { url: "http://127.0.0.1:9/" },
  });
  const page = await stage.open("/access?tab=people&ask=account");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("service account", { exact: true }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("robot");
  await dialog.getByRole("button", { name: "New account" }).click();
  await page.getByRole("button", { name: "New token: robot" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("robot-token");
  await dialog.getByRole("button", { name: "New token" }).click();
  const secret = (await dialog.locator("code").textContent()) ?? "";
  const as_robot = () => fetch(`${stage.url}/v1/backups`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await as_robot()).status, 403, "an account may do what it was granted, and no more");
  await stage.call("POST", "/v1/bindings", { subject_type: "service_account", subject: "robot", role: "baas.viewer" });
  assert.equal((await as_robot()).status, 200);
  await page.goto(`${stage.url}/access?tab=grants&ask=grant`);
  await dialog.getByRole("combobox", { name: "To" }).click();
  await page.getByRole("option", { name: "a group" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("auditors");
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: "baas.viewer" }).click();
  await dialog.getByRole("button", { name: "Grant a role" }).click();
  await page.getByRole("tab", { name: "Identity provider" }).click();
  await page.getByText("No identity provider is set.").waitFor();
  await page.getByRole("row", { name: /auditors 0 baas\.viewer, everywhere/ }).waitFor();
  await page.goto(`${stage.url}/reports/subscriptions`);
  await page.getByText("Nobody gets reports by themselves.").waitFor();
  await page.getByRole("button", { name: "Subscribe" }).first().click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("board");
  await dialog.getByRole("combobox", { name: "Reports" }).click({ force: true });
  await page.getByRole("option", { name: "Attestation" }).click();
  await page.keyboard.press("Tab"); // the list is closed, and lies over nothing
  await dialog.getByRole("combobox", { name: "Channel" }).click();
  await page.getByRole("option", { name: /^board-room/ }).click();
  await dialog.getByRole("button", { name: "Subscribe" }).click();
  await page.getByRole("row", { name: /^board Attestation all projects board-room/ }).waitFor();
  await page.goto(`${stage.url}/audit/sinks`);
  await page.getByText("The audit log is sent nowhere.").waitFor();
  await page.getByRole("button", { name: "Add a sink" }).first().click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("watcher");
  await dialog.getByRole("textbox", { name: "Address" }).fill("https://127.0.0.1:9/ingest");
  await dialog.getByText("All that is in the log").click();
  await dialog.getByRole("button", { name: "Add a sink" }).click();
  // It does not answer, and the page says so by itself.
  await page.getByRole("row", { name: /^watcher HTTPS .* did not answer/ }).waitFor();
  await page.getByRole("button", { name: "Remove: watcher" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await page.getByText("The audit log is sent nowhere.").waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
