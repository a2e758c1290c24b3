import { type Clock, systemClock } from "../../../base/index.ts";

/** The system's clock, with a wall time that tests may move. */
export interface MovableClock extends Clock {
  move(by_ms: number): void;
}

export function movableClock(): MovableClock {
  let moved_ms = 0;
  return {
    now_ms: () => systemClock.now_ms() + moved_ms,
    monotonic_ms: () => systemClock.monotonic_ms(),
    sleep: (delay_ms, signal) => systemClock.sleep(delay_ms, signal),
    move: (by_ms) => {
      moved_ms += by_ms;
    },
  };
}
