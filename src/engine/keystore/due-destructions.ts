import type { Clock } from "../../base/index.ts";
import type { KeyState } from "../keys/index.ts";
import type { KeyRecord } from "./key-record.ts";

/** Wall clock and monotonic clock may differ by so much between two looks before the wall clock is not believed. */
const CLOCK_JUMP_MS = 60_000;

export interface DueDestruction {
  readonly key_id: string;
  /** undefined: the whole key. */
  readonly version: number | undefined;
  /** `cmk_…/3`, or `cmk_…` for the whole key. */
  readonly name: string;
}

/**
 * Decides what is really due. A date that has passed must have been seen past for `confirm_ms`, and the hour starts
 * anew when the wall clock jumps: a clock set wrong, and set right again, destroys nothing.
 */
export class DueDestructions {
  readonly #clock: Clock;
  readonly #confirm_ms: number;
  #since_ms = new Map<string, number>();
  #last: { wall_ms: number; monotonic_ms: number } | undefined;

  constructor(clock: Clock, confirm_ms: number) {
    this.#clock = clock;
    this.#confirm_ms = confirm_ms;
  }

  /** Looks at the clocks and the records; returns what may be destroyed now. */
  look(records: Iterable<KeyRecord>): DueDestruction[] {
    const wall_ms = this.#clock.now_ms();
    const monotonic_ms = this.#clock.monotonic_ms();
    const last = this.#last;
    this.#last = { wall_ms, monotonic_ms };
    if (last !== undefined) {
      const drift_ms = Math.abs(wall_ms - last.wall_ms - (monotonic_ms - last.monotonic_ms));
      if (drift_ms > CLOCK_JUMP_MS) this.#since_ms.clear();
    }
    const since_ms = new Map<string, number>();
    const confirmed: DueDestruction[] = [];
    for (const due of pastDate(records, wall_ms)) {
      const first_seen_ms = this.#since_ms.get(due.name) ?? monotonic_ms;
      since_ms.set(due.name, first_seen_ms);
      if (monotonic_ms - first_seen_ms >= this.#confirm_ms) confirmed.push(due);
    }
    this.#since_ms = since_ms;
    return confirmed;
  }
}

function* pastDate(records: Iterable<KeyRecord>, now_ms: number): Generator<DueDestruction> {
  const isPast = (it: { state: KeyState; destroy_at: string | null }) =>
    it.state === "PENDING_DESTRUCTION" && it.destroy_at !== null && Date.parse(it.destroy_at) <= now_ms;
  for (const record of records) {
    const { key_id } = record;
    if (isPast(record)) {
      yield { key_id, version: undefined, name: key_id }; // and its versions with it
      continue;
    }
    for (const it of record.versions) {
      if (isPast(it)) yield { key_id, version: it.version, name: `${key_id}/${it.version}` };
    }
  }
}
