import assert from "node:assert/strict";
import { systemClock as clock } from "../../src/base/index.ts";
import type { JobKind } from "../../src/model/index.ts";
import { pointsOf, type Victim } from "./victim.ts";

/**
 * The points at which something has happened since the last: `before` of a step follows `after` of the one before it
 * at once. test/long strikes at all of them.
 */
export function distinctPointsOf(kind: JobKind): string[] {
  return pointsOf(kind).filter((name) => !name.endsWith(".before"));
}

/**
 * One job, killed at each of these points in turn: every server takes up what the last one left, and dies at the next
 * point. Ends with a server that lives.
 */
export async function march(
  t: { diagnostic(message: string): void },
  victim: Victim,
  points: readonly string[],
  ask: () => Promise<void>,
): Promise<void> {
  assert.ok(points.length > 0);
  const began_ms = clock.monotonic_ms();
  for (const [position, point] of points.entries()) {
    await victim.start({ BAAS_FAILPOINT: point });
    if (position === 0) await ask();
    await victim.died().catch(async (error: unknown) => {
      const open = (await victim.jobs().catch(() => [])).map(({ kind, state, error: why }) => ({ kind, state, why }));
      throw new Error(`${point} was not come to; jobs: ${JSON.stringify(open)}`, { cause: error });
    });
  }
  await victim.start();
  const took_ms = Math.round(clock.monotonic_ms() - began_ms);
  t.diagnostic(`killed at ${points.length} points in ${took_ms} ms: ${points.join(" ")}`);
}
