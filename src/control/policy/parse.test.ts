import assert from "node:assert/strict";
import test from "node:test";
import { HoldfastError } from "../../base/index.ts";
import { parsePolicyYaml } from "./parse.ts";
import { rpo_ms } from "./rpo.ts";
import { rulesOf, zoneOf } from "./schedule-rule.ts";

const published = `name: prod-daily-7d-30d-monthly-1y
schedule:
  daily: "02:00 Asia/Dhaka"
retention:
  daily: 7
  weekly: 4
  monthly: 12
copy:
  cross_region: bd-ctg-1
target:
  storage_class: ARCHIVE
  object_lock:
    mode: GOVERNANCE
    days: 365
`;

function problemsOf(yaml: string): readonly string[] {
  try {
    parsePolicyYaml(yaml);
  } catch (error) {
    assert.ok(error instanceof HoldfastError, String(error));
    assert.equal(error.code, "POLICY_INVALID");
    return error.context["problems"] as string[];
  }
  assert.fail("the policy was accepted");
}

test("the published policy, letter for letter", () => {
  const spec = parsePolicyYaml(published);
  assert.deepEqual(rulesOf(spec), [
    { rule: "daily", text: "02:00 Asia/Dhaka", pattern: "0 2 * * *", zone: "Asia/Dhaka" },
  ]);
  assert.equal(zoneOf(spec), "Asia/Dhaka");
  assert.equal(rpo_ms(spec), 24 * 3_600_000);
});

test("every form of schedule", () => {
  const forms: [string, string, string, number][] = [
    ['hourly: ":15"', "15 * * * *", "UTC", 1],
    ["hourly: 15", "15 * * * *", "UTC", 1],
    ['hourly: ":15 Asia/Kathmandu"', "15 * * * *", "Asia/Kathmandu", 1],
    ["daily: 02:00 UTC", "0 2 * * *", "UTC", 24],
    ['weekly: "sun 03:00 Europe/Berlin"', "0 3 * * 0", "Europe/Berlin", 168],
    ['weekly: "Monday,thu 03:00 UTC"', "0 3 * * 1,4", "UTC", 96],
    ['monthly: "1 04:00 Asia/Dhaka"', "0 4 1 * *", "Asia/Dhaka", 31 * 24],
    ['monthly: "last 04:00 Asia/Dhaka"', "0 4 L * *", "Asia/Dhaka", 31 * 24],
    ['cron: "30 1 * * 1-5 Asia/Dhaka"', "30 1 * * 1-5", "Asia/Dhaka", 72],
    ['cron: "0 */6 * * *"', "0 */6 * * *", "UTC", 6],
    ['cron: "0 3 * * mon"', "0 3 * * mon", "UTC", 168],
  ];
  for (const [line, pattern, zone, rpo_hours] of forms) {
    const spec = parsePolicyYaml(`name: p\nschedule: { ${line} }\nretention: { daily: 1 }`);
    const [rule] = rulesOf(spec);
    assert.deepEqual([rule?.pattern, rule?.zone], [pattern, zone], line);
    assert.equal(rpo_ms(spec) / 3_600_000, rpo_hours, line);
  }
  assert.equal(
    zoneOf(parsePolicyYaml("name: p\ntimezone: Asia/Dhaka\nschedule: { daily: 02:00 }\nretention: { daily: 1 }")),
    "Asia/Dhaka",
  );
});

test("errors name line, column, field and remedy; all of them at once", () => {
  const problems = problemsOf(`name: p
schedule:
  daily: "25:00 Asia/Dhaka"
  weekly: "sun 03:00 Mars/Base"
retention:
  daily: 0
`);
  assert.deepEqual(problems, [
    'line 3, column 3, schedule.daily: "25:00" is no time of day; write "HH:MM Zone", e.g. "02:00 Asia/Dhaka"',
    'line 4, column 3, schedule.weekly: "Mars/Base" is no time zone; write "day HH:MM Zone", e.g. "sun 03:00 Europe/Berlin" or "mon,thu 03:00 UTC"',
    "line 5, column 1, retention: would keep nothing; give at least one count above 0, e.g. daily: 7",
  ]);
});

test("one mistake each, found where it is", () => {
  const cases: [string, RegExp][] = [
    [
      published.replace("daily: 7", "dayly: 7"),
      /^line 5, column 3, retention\.dayly: there is no such field; fields here are hourly, daily/,
    ],
    [published.replace("daily: 7", "daily: seven"), /^line 5, column 3, retention\.daily: .*; write a whole number/],
    [
      published.replace("GOVERNANCE", "SOFT"),
      /^line 13, column 5, target\.object_lock\.mode: .*; one of GOVERNANCE, COMPLIANCE/,
    ],
    [published.replace("ARCHIVE", "GLACIER"), /^line 11, column 3, target\.storage_class: .*; one of STANDARD/],
    [
      published.replace("    days: 365\n", ""),
      /^line 12, column 3, target\.object_lock\.days: is missing; write a whole number of days/,
    ],
    [published.replace(/^name: .*\n/, ""), /^line 1, column 1, name: is missing/],
    [
      published.replace('"02:00 Asia/Dhaka"', '"02:00"'),
      /^line 3, column 3, schedule\.daily: "02:00" names no time zone/,
    ],
    [published.replace('daily: "02:00', 'monthly: "31 02:00'), /not every month has a day 31; use "last"/],
    [
      published.replace('daily: "02:00', 'cron: "* * * * *'),
      /^line 3, column 3, schedule\.cron: .*less than 5 minutes apart/,
    ],
    [published.replace('daily: "02:00', 'cron: "0 99 * * *'), /^line 3, column 3, schedule\.cron: /],
    [published.replace('daily: "02:00', 'cron: "0 0 30 2 *'), /schedule\.cron: .*never runs/],
    [`${published}rpo: 1h\n`, /^line 15, column 1, rpo: the schedule leaves up to 1d between runs/],
    [`${published}jitter: 9h\n`, /jitter: is not shorter than start_window/],
    [published.replace("target:", "copy:"), /^line 10, column 1, policy: /],
    ["name: [", /^line 1, column \d+, policy: /],
    ["- a", /a policy is a mapping/],
    ["", /a policy is a mapping/],
  ];
  for (const [yaml, expected] of cases) assert.match(problemsOf(yaml)[0] ?? "", expected);
});
