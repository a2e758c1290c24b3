/**
 * What code must not reach for directly, what to use instead, and where it is allowed: the one table of the tidy gate.
 * Tests, test support, benchmarks and scripts/ are free to use all of it.
 */

export interface BannedUse {
  /** `Date.now`, `console.*`, a bare global such as `setTimeout`, or `new Date()` without arguments. */
  readonly use: string;
  readonly instead: string;
  /** Path prefixes, each with its reason in the comment beside it. */
  readonly allowed: readonly string[];
}

const CLOCK = "the clock port (src/base/clock.ts; sleep takes an AbortSignal): tests and simulations run on any date";
const RANDOM = "the random port of src/base/random.ts: simulations replay from a seed";
const ENVIRONMENT = "src/platform/config, which reads, checks and names every setting once";
const LOG = "the logger that is passed in (src/platform/log), or the command line's output of src/apps/cli";

const CLOCK_FILE = ["src/base/clock.ts"];
const RANDOM_FILE = ["src/base/random.ts"];

export const BANNED_USES: readonly BannedUse[] = [
  { use: "Date.now", instead: CLOCK, allowed: CLOCK_FILE },
  { use: "new Date()", instead: CLOCK, allowed: CLOCK_FILE },
  { use: "performance.now", instead: CLOCK, allowed: CLOCK_FILE },
  { use: "process.hrtime", instead: CLOCK, allowed: CLOCK_FILE },
  // A process that is started bounds its own waits for sockets and children in real time.
  { use: "setTimeout", instead: CLOCK, allowed: [...CLOCK_FILE, "src/apps/"] },
  { use: "setInterval", instead: CLOCK, allowed: [...CLOCK_FILE, "src/apps/"] },
  { use: "Math.random", instead: RANDOM, allowed: RANDOM_FILE },
  { use: "randomBytes", instead: RANDOM, allowed: RANDOM_FILE },
  { use: "randomUUID", instead: RANDOM, allowed: RANDOM_FILE },
  { use: "randomInt", instead: RANDOM, allowed: RANDOM_FILE },
  { use: "randomFillSync", instead: RANDOM, allowed: RANDOM_FILE },
  // What is started reads its own surroundings and speaks to its own terminal.
  // A store's config names the variables that hold its credentials; only the store itself follows the reference; so
  // with sources.
  {
    use: "process.env",
    instead: ENVIRONMENT,
    allowed: [
      "src/platform/config/",
      "src/apps/",
      "src/engine/store/s3/credentials.ts",
      "src/control/sources/secret.ts",
    ],
  },
  { use: "console.*", instead: LOG, allowed: ["src/apps/"] },
];
