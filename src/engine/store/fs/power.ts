import { BroadcastChannel } from "node:worker_threads";
import type { Clock } from "../../../base/index.ts";
import type { FaultConfig } from "../fault-plan.ts";

type Lose = "all" | "some";

/** A thread that is busy for longer than this has ended, or nobody asks it for anything any more. */
const WAIT_MS_MAX = 1000;

/**
 * The switch a store's power hangs on. Without a machine it is the store's own; else it takes the power from every
 * store of that machine, in all threads, and waits until each has lost what it loses.
 */
export function powerOf(
  { machine, rules }: FaultConfig,
  clock: Clock,
  cut: (lose: Lose) => Promise<void>,
): (lose: Lose) => Promise<void> {
  if (machine === undefined) return cut;
  const calls = new Int32Array(machine.calls);
  const [powered, dark] = [rules.length, rules.length + 1];
  const channel = new BroadcastChannel(`holdfast-power-${machine.name}`);
  let off: Promise<void> | undefined;
  const lose = (how: Lose) => {
    off ??= cut(how).finally(() => Atomics.add(calls, dark, 1));
    return off;
  };
  channel.addEventListener("message", (message: unknown) => {
    const losing = lose((message as { data: Lose }).data);
    losing.catch(() => undefined).finally(() => channel.close()); // the store answers EIO, which its caller sees
  });
  channel.unref(); // after that: listening holds the process
  Atomics.add(calls, powered, 1);
  return async (how) => {
    channel.postMessage(how);
    await lose(how);
    const give_up_ms = clock.monotonic_ms() + WAIT_MS_MAX;
    while (Atomics.load(calls, dark) < Atomics.load(calls, powered) && clock.monotonic_ms() < give_up_ms) {
      await clock.sleep(1);
    }
    channel.close();
  };
}
