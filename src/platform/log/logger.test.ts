import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import test from "node:test";
import { errorCatalogue } from "../../base/index.ts";
import { createLogger, prettyLine } from "./logger.ts";

test("secrets are struck out by field name and inside URLs", () => {
  const stream = new PassThrough();
  const log = createLogger({ to: stream });
  log.info({ token: "t0p", request: { authorization: "Bearer t0p" }, job_id: "job_1" }, "opened postgres://u:t0p@h/db");
  log.error({ error: new Error("connect postgres://u:t0p@h/db failed") }, "no database");
  const text = String(stream.read());
  assert.ok(!text.includes("t0p"), text);
  assert.match(text, /"job_id":"job_1"/);
});

test("an error is logged with its code, remedy and context; as text on two more lines", () => {
  const stream = new PassThrough();
  const make = errorCatalogue({ DISK_FULL: { fault: "operational", retry: "later", guidance: "Free some space." } });
  createLogger({ to: stream }).error(
    { error: make("DISK_FULL", "no space on /srv", { path: "/srv" }) },
    "backup failed",
  );
  const line = String(stream.read());
  const { error } = JSON.parse(line);
  assert.equal(error.code, "DISK_FULL");
  assert.equal(error.context.path, "/srv");
  assert.match(prettyLine(line), /error backup failed\n {4}DISK_FULL: no space on \/srv\n {4}Free some space\.\n$/);
});
