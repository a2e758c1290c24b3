import type { Clock } from "../../base/index.ts";
import type { SqlValidation, Validation, ValidationOutcome } from "../../model/index.ts";

export interface Asking {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** How thoroughly: `quick` counts and compares, `full` has the server read every row, index and page. */
export type Depth = "quick" | "full";

export interface Question {
  readonly name: string;
  readonly query: string;
  /** As text; null: any answer will do, as long as there is one. */
  readonly expected: string | null;
  work(): Promise<string | null>;
  /** Instead of plain equality. */
  judge?(value: string | null): ValidationOutcome;
}

const VALUE_CHARS_MAX = 1000;

/** Asks one after the other, and keeps what came. */
export class Questions {
  readonly results: Validation[] = [];
  readonly #asking: Asking;

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  async ask({ name, query, expected, work, judge }: Question): Promise<Validation> {
    const { clock, signal } = this.#asking;
    signal?.throwIfAborted();
    const begun = clock.monotonic_ms();
    let [value, outcome]: [string | null, ValidationOutcome] = [null, "failed"];
    try {
      value = await work();
      outcome = (judge ?? ((found) => equal(found, expected)))(value);
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message?: string };
      value = (stderr || message || String(error)).slice(0, VALUE_CHARS_MAX);
    }
    const duration_ms = Math.round(clock.monotonic_ms() - begun);
    const result: Validation = { name, query, value, expected, outcome, duration_ms };
    this.results.push(result);
    return result;
  }
}

function equal(value: string | null, expected: string | null): ValidationOutcome {
  const well = expected === null ? value !== null : value === expected;
  return well ? "passed" : "failed";
}

/** A workload's own questions: held against what they expect, or against what was answered when the backup was made. */
export async function askCustom(
  questions: Questions,
  custom: readonly SqlValidation[],
  answers: Readonly<Record<string, string | null>>,
  ask: (database: string | undefined, sql: string) => Promise<string | null>,
): Promise<void> {
  for (const { name, database, sql, expect, remember } of custom) {
    const remembered = remember === true && Object.hasOwn(answers, name);
    const answer = remembered ? (answers[name] ?? null) : undefined;
    await questions.ask({
      name,
      query: sql,
      expected: expect ?? answer ?? null,
      work: () => ask(database, sql),
      // An answer that was NULL when the backup was made has to be NULL again.
      ...(answer === null && expect === undefined
        ? { judge: (value: string | null) => (value === null ? "passed" : "failed") }
        : {}),
    });
  }
}

/** The questions whose answers a backup keeps, by name. */
export const rememberedOf = (custom: readonly SqlValidation[]): Readonly<Record<string, SqlValidation>> =>
  Object.fromEntries(custom.filter(({ remember }) => remember === true).map((each) => [each.name, each]));
