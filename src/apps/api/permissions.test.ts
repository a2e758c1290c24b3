/**
 * The permission matrix: made from the OpenAPI document, written to docs/permissions.md, and tried route by route as
 * every built-in role. After a new route: `BAAS_UPDATE_GENERATED=1 node --test src/apps/api/permissions.test.ts`.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { BUILTIN_ROLES, permits } from "../../control/access/index.ts";
import { eachOf, testApi } from "./testing.ts";

const FILE = new URL("../../../docs/permissions.md", import.meta.url);
const api = await testApi({ requests_per_minute: 1_000_000 });

interface Operation {
  readonly operationId: string;
  readonly "x-permission"?: string;
  readonly "x-lesser-permission"?: string;
  readonly "x-organisation"?: boolean;
  readonly requestBody?: unknown;
}

const { body: document } = await api.call("GET", "/openapi.json", { token: null });
const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
  )
  .filter(
    ({ path }) =>
      (path.startsWith("/v1/") || path === "/metrics") && !path.startsWith("/v1/session") && path !== "/v1/me",
  );

type Row = (typeof operations)[number];

/** `yes`, `lesser` (with less) or `no`. */
function expected(permissions: readonly string[], row: Row): "yes" | "lesser" | "no" {
  const scope = row["x-permission"] ?? "";
  if (permits(permissions, scope)) return "yes";
  const lesser = row["x-lesser-permission"];
  return lesser !== undefined && permits(permissions, lesser) ? "lesser" : "no";
}

test("every route names its permission", () => {
  const without = operations.filter((row) => row["x-permission"] === undefined).map(({ operationId }) => operationId);
  assert.deepEqual(without, []);
});

test("docs/permissions.md is what the routes say", () => {
  const text = render();
  if (process.env["BAAS_UPDATE_GENERATED"] === "1") writeFileSync(FILE, text);
  assert.equal(readFileSync(FILE, "utf8"), text, "run the command in this file's header");
});

test("every route answers every role as the matrix says", async () => {
  const url = await api.app.listen({ host: "127.0.0.1", port: 0 });
  for (const role of BUILTIN_ROLES) {
    const name = role.name.replace(".", "-");
    const made = await api.call("POST", "/v1/tokens", { body: { name } });
    const binding = { subject_type: "token", subject: made.body.id, role: role.name };
    assert.equal((await api.call("POST", "/v1/bindings", { body: binding })).status, 201);
    await eachOf(operations, async (row) => {
      if (row["x-permission"]?.startsWith("self:") === true) return; // for users alone, whatever their role
      const status = await statusOf(url, row, made.body.secret);
      const allowed = expected(role.permissions, row) !== "no";
      const what = `${role.name} ${row.method} ${row.path}: ${status}`;
      if (allowed) assert.ok(status !== 401 && status !== 403, what);
      else assert.equal(status, 403, what);
    });
  }
});

/** A request that changes nothing: no such id, no valid body, and a dry run. */
async function statusOf(url: string, row: Row, token: string): Promise<number> {
  const leaving = new AbortController();
  const path = row.path.replace(/\{\w+\}/g, "no-such-thing");
  const answer = await fetch(`${url}${path}${row.method === "GET" ? "" : "?dry_run=true"}`, {
    method: row.method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(row.requestBody === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(row.requestBody === undefined ? {} : { body: '{"no_such_field":1}' }),
    signal: leaving.signal,
  });
  leaving.abort(); // a stream of events would never end
  return answer.status;
}

function render(): string {
  const names = BUILTIN_ROLES.map(({ name }) => name);
  const lines = [
    "# Permissions",
    "",
    "Which role may call which route: made from the API's own OpenAPI document, and tried on every route as every role",
    "(`src/apps/api/permissions.test.ts`). What roles are, and how they are granted: [access.md](access.md).",
    "",
    "**yes**: where the role was granted · **org**: only where it was granted for the whole organisation · **lesser**: with the",
    "lesser permission, whose bounds the route checks · empty: refused with 403. `self:write` is everyone's who has an account.",
    "",
    `| route | permission | ${names.join(" | ")} |`,
    `|---|---|${names.map(() => "---").join("|")}|`,
  ];
  const sorted = [...operations].sort((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
  for (const row of sorted) {
    const lesser = row["x-lesser-permission"];
    const permission = [row["x-permission"], lesser].filter((it) => it !== undefined).map((it) => `\`${it}\``);
    const cells = BUILTIN_ROLES.map(({ permissions }) => {
      if (row["x-permission"]?.startsWith("self:") === true) return "yes";
      const verdict = expected(permissions, row);
      if (verdict !== "yes") return verdict === "lesser" ? "lesser" : "";
      return row["x-organisation"] === true ? "org" : "yes";
    });
    lines.push(`| \`${row.method} ${row.path}\` | ${permission.join(" or ")} | ${cells.join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}
