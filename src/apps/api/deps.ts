import type { Clock, Random } from "../../base/index.ts";
import type { Engine, Repositories } from "../../control/repositories/index.ts";
import type { KeyManager } from "../../engine/keys/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Wakeups } from "../../platform/queue/index.ts";

/** What the API is given by whoever starts it. */
export interface ApiDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly wakeups: Wakeups;
  readonly engine: Engine;
  readonly keys: KeyManager;
  readonly repositories: Repositories;
  /** Shown at /openapi.json and /healthz. */
  readonly version: string;
  readonly limits?: ApiLimits;
}

export interface ApiLimits {
  /** Requests a token may make in a minute. */
  readonly requests_per_minute?: number;
  readonly event_streams_max?: number;
}
