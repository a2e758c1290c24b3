/** One of the processes among which the points are shared out. */
import { PointRunner, type PointOptions } from "./run-point.ts";
import { readFacts } from "./states.ts";

export interface LaneTask extends PointOptions {
  readonly point: string;
}

const runner = new PointRunner(readFacts(process.argv[2] ?? ""));
process.on("message", ({ point, ...options }: LaneTask) => {
  void runner.run(point, options).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => {
  runner.close();
  process.exit(0);
});
