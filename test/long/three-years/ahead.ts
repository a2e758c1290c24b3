import { registerHooks } from "node:module";

/**
 * Preloaded (`node --import`) into a simulation's process and its worker threads: wall time runs as ever, so many
 * milliseconds ahead. Threads read how many when they are started.
 */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "node:test"
      ? next("./plain-test.ts", { ...context, parentURL: import.meta.url })
      : next(specifier, context),
});

const NAME = "HOLDFAST_SIM_AHEAD_MS";
const wall = Date.now;
let ahead_ms = Number(process.env[NAME] ?? 0);

Date.now = () => wall.call(Date) + ahead_ms;

/** How far ahead, from now on, here and in threads that start later. */
export function setAhead(ms: number): void {
  ahead_ms = ms;
  process.env[NAME] = String(ms);
}

export function aheadMs(): number {
  return ahead_ms;
}
