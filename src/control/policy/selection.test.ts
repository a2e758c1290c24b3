import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { hasCode } from "../../base/index.ts";
import type { Attachment, AttachmentTarget, Policy, PolicySpecInput, Workload } from "../../model/index.ts";
import { parsePolicy } from "./parse.ts";
import { compileSelection } from "./selection.ts";
import { globMatches, matches, parseSelector } from "./selector.ts";

const at = "2026-01-01T00:00:00.000Z";

function policy(name: string, spec: Partial<PolicySpecInput> = {}): Policy {
  const full = { name, schedule: { daily: "02:00 Asia/Dhaka" }, retention: { daily: 7 }, ...spec };
  return {
    id: `pol_${name}`,
    name,
    version: 1,
    template: false,
    spec: parsePolicy(full),
    created_at: at,
    updated_at: at,
  };
}

function workload(tags: Record<string, string>, more: Partial<Workload> = {}): Workload {
  return {
    id: "wkl_1",
    project_id: "prj_1",
    name: "web-1",
    type: "vm",
    region_id: "reg_1",
    source: { kind: "files", paths: ["/srv"], exclude: [] },
    tags,
    exception: null,
    revision: 1,
    created_at: at,
    updated_at: at,
    ...more,
  };
}

const attachment = (policy_name: string, target: AttachmentTarget): Attachment => ({
  id: `att_${policy_name}`,
  policy_id: `pol_${policy_name}`,
  policy_name,
  target,
  created_at: at,
});

const names = (policies: Policy[], attachments: Attachment[], it: Workload) =>
  compileSelection(policies, attachments)
    .resolve(it, Date.parse(at))
    .bindings.map((binding) => binding.policy.name);

test("selectors: every kind of term, all of which must hold", () => {
  const cases: [string, Record<string, string>, boolean][] = [
    ["env=prod,tier=1", { env: "prod", tier: "1" }, true],
    ["env=prod,tier=1", { env: "prod" }, false],
    ["env!=test", { env: "prod" }, true],
    ["env!=test", {}, true],
    ["env!=test", { env: "test" }, false],
    ["tier in (1, 2),env", { tier: "2", env: "x" }, true],
    ["tier in (1,2)", { tier: "12" }, false],
    ["tier notin (1,2)", { tier: "3" }, true],
    ["!temporary", {}, true],
    ["!temporary", { temporary: "" }, false],
    ["app=web-*", { app: "web-7" }, true],
    ["app in (db-?,web-*)", { app: "db-1" }, true],
    ["constructor", {}, false],
  ];
  for (const [selector, tags, expected] of cases) {
    assert.equal(matches(parseSelector(selector), tags), expected, `${selector} on ${JSON.stringify(tags)}`);
  }
  for (const wrong of ["", " ", ",", "a=", "=b", "a=1,", "a in (", "a in ()", "a b", "env=prod,,tier=1"]) {
    assert.throws(
      () => parseSelector(wrong),
      (error) => hasCode(error, "SELECTOR_INVALID"),
      `"${wrong}"`,
    );
  }
});

test("globs agree with regular expressions", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), maxLength: 8 });
  fc.assert(
    fc.property(letters, letters, (pattern, text) => {
      const regex = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".")}$`);
      assert.equal(globMatches(pattern, text), regex.test(text));
    }),
    { numRuns: 500 },
  );
});

test("attached by tag on the workload, by type and tags, by project, by name", () => {
  const policies = [policy("critical-1h", { schedule: { hourly: ":00" } })];
  const one = (target: AttachmentTarget) => [attachment("critical-1h", target)];
  assert.deepEqual(names(policies, [], workload({ "backup-policy": "critical-1h" })), ["critical-1h"]);
  const by_tag = one({ types: ["vm"], selectors: ["env=prod,tier=1"] });
  assert.deepEqual(names(policies, by_tag, workload({ env: "prod", tier: "1" })), ["critical-1h"]);
  assert.deepEqual(names(policies, by_tag, workload({ env: "prod", tier: "1" }, { type: "share" })), []);
  assert.deepEqual(names(policies, one({ selectors: ["a=1", "b=2"] }), workload({ b: "2" })), ["critical-1h"]);
  assert.deepEqual(names(policies, one({ project_id: "prj_1" }), workload({})), ["critical-1h"]);
  assert.deepEqual(names(policies, one({ project_id: "prj_2" }), workload({})), []);
  assert.deepEqual(names(policies, one({ names: ["web-*"] }), workload({})), ["critical-1h"]);
});

test("an opt-out wins; an exception ends; a tag that names no policy is a problem", () => {
  const selection = compileSelection([policy("p")], [attachment("p", { project_id: "prj_1" })]);
  const resolve = (it: Workload, now = at) => selection.resolve(it, Date.parse(now));
  assert.equal(resolve(workload({})).state, "bound");
  assert.equal(resolve(workload({ backup: "none" })).exclusion?.reason, null);
  const opted_out = resolve(workload({ "backup-opt-out": "rebuilt nightly", "backup-policy": "p", owner: "ops" }));
  assert.deepEqual(opted_out.exclusion, { by: "tag", owner: "ops", reason: "rebuilt nightly", expires_at: null });
  const excepted = workload({}, { exception: { owner: "ops", reason: "moving", expires_at: "2026-02-01T00:00:00Z" } });
  assert.equal(resolve(excepted).state, "excluded");
  assert.equal(resolve(excepted, "2026-02-01T00:00:00Z").state, "bound");
  assert.deepEqual(resolve(workload({ "backup-policy": "gone" })).problems, ["tag backup-policy=gone names no policy"]);
});

test("several policies: strictest RPO, longest retention, strictest lock, every copy, each with its reason", () => {
  const hourly = policy("hourly", { schedule: { hourly: ":00" }, retention: { hourly: 24, daily: 3 } });
  const archive = policy("archive", {
    retention: { daily: 30, monthly: 84 },
    copy: { cross_region: "bd-ctg-1" },
    target: { storage_class: "ARCHIVE", object_lock: { mode: "GOVERNANCE", days: 90 } },
  });
  const sealed = policy("sealed", { retention: { daily: 1 }, immutable: true });
  const attachments = ["hourly", "archive", "sealed"].map((name) => attachment(name, { types: ["vm"] }));
  const { effective } = compileSelection([hourly, archive, sealed], attachments).resolve(workload({}), Date.parse(at));
  assert.equal(effective?.primary.name, "hourly");
  assert.equal(effective?.rpo_ms, 3_600_000);
  assert.deepEqual(effective?.retention, { hourly: 24, daily: 30, monthly: 84 });
  assert.deepEqual(effective?.cross_regions, ["bd-ctg-1"]);
  assert.deepEqual(effective?.lock, { mode: "COMPLIANCE", days_max: null });
  assert.ok(effective?.reasons.includes("daily: 30 from archive, the longest"));
});
