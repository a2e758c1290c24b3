import { useSyncExternalStore } from "react";

const TICK_MS = 1000;
let now_ms = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now_ms = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present, to the step given: one clock for the whole page, and no rendering in between. */
export function useNow(step_ms = TICK_MS): number {
  return useSyncExternalStore(subscribe, () => Math.floor(now_ms / step_ms) * step_ms);
}
