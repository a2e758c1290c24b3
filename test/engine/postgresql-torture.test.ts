import test from "node:test";
import { needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { torture } from "./postgresql-torture.ts";

test("each restore to a random time has exactly the commits up to it", { skip: needsPostgres }, async (t) => {
  t.diagnostic(await torture({ targets: 1, seconds: 4, clients: 3, seed: 5 }));
});
