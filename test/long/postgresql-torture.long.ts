/** Twenty random targets under load, with receivers killed and servers restarted. */
import test from "node:test";
import { needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { torture } from "../engine/postgresql-torture.ts";

test("20 restores to random times have exactly the commits up to them", { skip: needsPostgres }, async (t) => {
  const seed = Number(process.env["HOLDFAST_SEED"] ?? Math.trunc(performance.timeOrigin % 1e6));
  t.diagnostic(`HOLDFAST_SEED=${seed}`);
  t.diagnostic(await torture({ targets: 20, seconds: 40, clients: 8, seed }));
});
