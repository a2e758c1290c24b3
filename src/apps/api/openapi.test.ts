import assert from "node:assert/strict";
import test from "node:test";
import { testApi } from "./testing.ts";

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: unknown }> };
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
}

const api = await testApi();
const { body: document } = await api.call("GET", "/openapi.json", { token: null });
const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation, name: `${method} ${path}` })),
);
/** Signing in is open to all, and has no page, key or revision; `/v1/me` needs an account, but no permission. */
const open = operations.filter(({ path }) => path.startsWith("/v1/session"));
const versioned = operations.filter(
  (it) => it.path.startsWith("/v1/") && !it.path.startsWith("/v1/me") && !open.includes(it),
);

test("it is OpenAPI 3.1 and covers the nouns", () => {
  assert.equal(document.openapi, "3.1.0");
  const nouns = new Set(versioned.map(({ path }) => path.split("/")[2]));
  for (const noun of ["regions", "projects", "policies", "attachments", "workloads", "backups", "copies", "restores"]) {
    assert.ok(nouns.has(noun), noun);
  }
  for (const noun of ["verifications", "jobs", "events"]) assert.ok(nouns.has(noun), noun);
});

test("every route has an operation id of its own, a summary, and says which errors it answers", () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { operation, name } of operations) {
    assert.ok(operation.operationId !== undefined && operation.summary !== undefined, name);
  }
  for (const { operation, name } of versioned) {
    if (name.includes("events")) continue;
    assert.ok(operation.responses["4XX"] ?? operation.responses["4xx"], name);
  }
});

test("every route under /v1 declares the token, and refuses a request without one", async () => {
  for (const { operation, method, path, name } of versioned) {
    assert.deepEqual(operation.security, [{ token: [] }, { session: [] }], name);
    const answer = await api.app.inject({ method: method.toUpperCase() as "GET", url: path.replace(/\{\w+\}/g, "x") });
    assert.equal(answer.statusCode, 401, name);
    assert.match(String(answer.headers["content-type"]), /problem\+json/, name);
  }
});

test("every route under /v1 refuses a token that has no scope at all", async () => {
  const token = await api.token([]);
  for (const { method, path, name } of versioned) {
    const { status } = await api.call(method.toUpperCase() as "GET", path.replace(/\{\w+\}/g, "x"), { token });
    assert.equal(status, 403, name);
  }
});

test("every mutation takes dry_run, every POST a key, every edit a revision, every list a page", () => {
  for (const { operation, method, name, path } of versioned) {
    const parameters = new Set(operation.parameters?.map((parameter) => parameter.name.toLowerCase()));
    if (method !== "get") assert.ok(parameters.has("dry_run"), name);
    if (method === "post") assert.ok(parameters.has("idempotency-key"), name);
    if (method === "patch" || method === "delete") assert.ok(parameters.has("if-match"), name);
    const isList = method === "get" && operation.operationId?.startsWith("list_");
    if (isList)
      for (const wanted of ["page_size", "page_token", "filter", "order_by"]) assert.ok(parameters.has(wanted), path);
  }
});

test("every body and every query refuses what it does not know", async () => {
  for (const { operation, method, path, name } of versioned) {
    const url = path.replace(/\{\w+\}/g, "x");
    const query = await api.call(
      method.toUpperCase() as "GET",
      `${url}?no_such_parameter=1`,
      operation.requestBody === undefined ? {} : { body: {} },
    );
    assert.equal(query.status, 400, name);
    if (operation.requestBody === undefined) continue;
    const body = await api.call(method.toUpperCase() as "POST", url, { body: { no_such_field: 1 } });
    assert.equal(body.status, 400, name);
    assert.equal(body.body.code, "API_REQUEST_INVALID", name);
  }
});

test("every $ref leads somewhere", () => {
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    assert.ok(document.components.schemas[name as string] !== undefined, name);
  }
});
