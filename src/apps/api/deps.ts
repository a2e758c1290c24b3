import type { Authority } from "../../control/agents/index.ts";
import type { Signer } from "../../control/evidence/index.ts";
import type { OidcProvider, Principal, Seal, SessionLimits } from "../../control/access/index.ts";
import type { RecoverPorts } from "../../control/recover/index.ts";
import type { KeyAdmin, KeyManager } from "../../engine/keys/index.ts";
import type { Db, Readers, Tx } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { ProcessMetrics } from "../../platform/metrics/index.ts";
import type { Wakeups } from "../../platform/queue/index.ts";

/** What the API is given by whoever starts it. */
export interface ApiDeps extends RecoverPorts {
  /** What requests that change nothing are answered from. */
  readonly readers: Readers;
  readonly log: Logger;
  readonly wakeups: Wakeups;
  readonly keys: KeyManager;
  readonly signer: () => Promise<Signer>;
  readonly key_admin: KeyAdmin;
  /** Of agents' certificates. */
  readonly authority: () => Promise<Authority>;
  /** For what the database keeps and must not give away. */
  readonly seal: Seal;
  /** Where people sign in, when not here. */
  readonly oidc?: OidcProvider | undefined;
  /** Where browsers reach this server; without it, what they say. */
  readonly public_url?: string | undefined;
  /** Shown at /openapi.json and /healthz. */
  readonly version: string;
  readonly limits?: ApiLimits;
  /** Shown at /metrics beside what the API measures. */
  readonly metrics?: ProcessMetrics;
  readonly session_limits?: SessionLimits;
  /** With certificate and key the address speaks TLS 1.3, and nothing else. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** Filled while routes are added. */
  readonly reads?: Map<string, KeptRead>;
  readonly writes?: Map<string, KeptWrite>;
}

export interface ApiLimits {
  /** Requests a token may make in a minute. */
  readonly requests_per_minute?: number;
  readonly event_streams_max?: number;
  /** Sign-ins that one address may try in a minute. */
  readonly sign_ins_per_minute?: number;
}

/** A route by its address: what the state before a change is read with. */
export interface KeptRead {
  run(call: {
    readonly db: Db;
    readonly params: unknown;
    readonly query: unknown;
    readonly principal: Principal;
  }): Promise<unknown>;
}

/** A route by its operation: what runs once a second person approved it. */
export interface KeptWrite {
  readonly scope: string;
  run(call: {
    readonly db: Tx;
    readonly params: unknown;
    readonly body: unknown;
    readonly principal: Principal;
    readonly dry_run: boolean;
    readonly revision: number | undefined;
    readonly base_url: string;
  }): Promise<unknown>;
}
