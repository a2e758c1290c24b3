/**
 * The client's types come from the API's own OpenAPI document. This test makes them anew and compares; to take changes
 * over: `BAAS_UPDATE_GENERATED=1 node --test src/apps/cli/generated/generate.test.ts`.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import openapiTS, { astToString } from "openapi-typescript";
import { systemClock, systemRandom } from "../../../base/index.ts";
import { silentLogger } from "../../../platform/log/index.ts";
import { type ApiDeps, createApi } from "../../api/index.ts";

const FILE = new URL("./api-types.ts", import.meta.url);
const HEADER = `// Generated from the API's OpenAPI document; generate.test.ts makes it anew and compares.
// biome-ignore-all format: as the generator writes it
`;

test("the client's types are those of the API", async () => {
  // The document is made from the routes' schemas alone: no request, so no database.
  const deps = { clock: systemClock, random: systemRandom, log: silentLogger, version: "generated" } as ApiDeps;
  const app = await createApi(deps);
  const document = (await app.inject("/openapi.json")).json();
  await app.close();
  const text = HEADER + astToString(await openapiTS(document));
  if (process.env["BAAS_UPDATE_GENERATED"] === "1") writeFileSync(FILE, text);
  assert.equal(readFileSync(FILE, "utf8"), text, "run the command in this file's header");
});
