import type { Clock, Random } from "../../base/index.ts";
import type { KeyAdmin, KeyManager } from "../../engine/keys/index.ts";
import type { Db } from "../../platform/db/index.ts";

/** The installation's own certificate authority. Its key is kept wrapped by the key manager. */
export interface Authority {
  readonly certificate: string;
  /** SHA-256 of the certificate in hex: a token carries it, so that a host knows its server before it says a word. */
  readonly fingerprint: string;
  /** For the address that agents connect to; key and certificate in PEM. */
  issueServer(): Promise<{ readonly key: string; readonly certificate: string; readonly until: Date }>;
  /** @throws AGENT_REQUEST_INVALID when the request is none, or not signed by its own key */
  issueAgent(csr: string, agent_id: string): Promise<IssuedCertificate>;
}

export interface IssuedCertificate {
  readonly certificate: string;
  /** As TLS gives it: hex in upper case. */
  readonly serial: string;
  readonly until: Date;
}

export interface AuthorityPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: KeyManager;
  readonly key_admin: Pick<KeyAdmin, "createKey">;
}

/** Renewed at half of it: an agent may be away for two weeks. */
export const AGENT_DAYS = 30;
