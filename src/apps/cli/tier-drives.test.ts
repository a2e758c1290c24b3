/** What a subscription's tier promises, as its customer sees it on a running server. */
import assert from "node:assert/strict";
import test from "node:test";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation, serveInstallation } from "../../testing/index.ts";
import { cli } from "./testing.ts";

const databases = testDatabases();

test("a tier brings drills, rotation, response clocks, assists and evidence; another tier changes them", async (t) => {
  const it = await installation(t, databases);
  const { env } = await serveInstallation(t, it);
  const baas = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli([...args, "--json"], { env });
    assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const drills = async () =>
    ((await baas("drill", "plan", "show", "subscription-acme"))["cadence"] as string).split(",")[0];
  const rotation = async () => (await baas("key", "schedule", "--project", "acme"))["every"];
  const open = async () => {
    const made = ["--severity", "1", "--title", "orders lost", "--scope", "db-1"];
    const { within_allowance } = await baas("incident", "open", "--project", "acme", ...made);
    return within_allowance;
  };
  await baas("subscription", "set", "--project", "acme", "--tier", "standard", "--tax", "0");
  assert.deepEqual([await drills(), await rotation()], ["monthly", "annual"]);
  assert.deepEqual([await open(), await open(), await open()], [true, true, false], "two assists a year");

  await baas("subscription", "set", "--project", "acme", "--tier", "enhanced", "--tax", "0");
  assert.deepEqual([await drills(), await rotation()], ["weekly", "quarterly"]);
  assert.deepEqual([await open(), await open()], [true, false], "four, of which three were used");
  const { items } = (await baas("price", "list")) as unknown as { items: { item: string; drives: object | null }[] };
  const promised = items.find(({ item }) => item === "compliance")?.drives;
  const all = { drills: "biweekly", rotation: "monthly", assists: null, on_call: "24x7", evidence: "quarterly" };
  assert.deepEqual(promised, all);

  // Its customer moves the drills to a night; another tier leaves them there.
  const at = ["--weekday", "sat", "--at", "03:00", "--timezone", "Asia/Dhaka", "--owner", "ops@acme.example"];
  await baas("drill", "plan", "set", "subscription-acme", ...at, "--random-within", "14d");
  await baas("subscription", "set", "--project", "acme", "--tier", "compliance", "--tax", "0");
  const plan = await baas("drill", "plan", "show", "subscription-acme");
  assert.equal(plan["cadence"], "biweekly, sat 03:00 Asia/Dhaka");
  const { owner, backup } = plan["spec"] as { owner: string; backup: object };
  assert.deepEqual([owner, backup], ["ops@acme.example", { choose: "random", within: "14d" }]);
  assert.deepEqual([await rotation(), await open()], ["monthly", true]);
  const asked = await cli(["drill", "plan", "set", "subscription-acme", "--at", "25:00"], { env });
  assert.notEqual(asked.code, 0);
  assert.match(asked.stderr, /time of day/);
});
