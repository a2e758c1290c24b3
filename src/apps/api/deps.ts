import type { Signer } from "../../control/evidence/index.ts";
import type { SessionLimits } from "../../control/access/index.ts";
import type { RecoverPorts } from "../../control/recover/index.ts";
import type { KeyAdmin, KeyManager } from "../../engine/keys/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Wakeups } from "../../platform/queue/index.ts";

/** What the API is given by whoever starts it. */
export interface ApiDeps extends RecoverPorts {
  readonly log: Logger;
  readonly wakeups: Wakeups;
  readonly keys: KeyManager;
  readonly signer: () => Promise<Signer>;
  readonly key_admin: KeyAdmin;
  /** Shown at /openapi.json and /healthz. */
  readonly version: string;
  readonly limits?: ApiLimits;
  readonly session_limits?: SessionLimits;
}

export interface ApiLimits {
  /** Requests a token may make in a minute. */
  readonly requests_per_minute?: number;
  readonly event_streams_max?: number;
  /** Sign-ins that one address may try in a minute. */
  readonly sign_ins_per_minute?: number;
}
