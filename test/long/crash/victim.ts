/** A process that runs one operation up to its point, where it is killed. Waits for its task with everything loaded. */
import { operationOf } from "./operations.ts";
import { faultOf, parsePoint } from "./points.ts";
import { readFacts, sceneIn } from "./states.ts";

export interface VictimTask {
  readonly base: string;
  readonly folder: string;
  readonly point: string;
  readonly seed: number;
}

/** Sent when the operation ended; a victim that was killed sends nothing. */
export interface VictimAnswer {
  readonly acknowledged: boolean;
  readonly error?: string;
}

process.once("message", ({ base, folder, point: name, seed }: VictimTask) => {
  const point = parsePoint(name);
  void operationOf(point.operation)
    .run(sceneIn(folder), readFacts(base), { fault: faultOf(point, seed) })
    .then(
      (): VictimAnswer => ({ acknowledged: true }),
      (error: unknown): VictimAnswer => ({ acknowledged: false, error: String(error) }),
    )
    .then((answer) => process.send?.(answer, () => process.disconnect()));
});
