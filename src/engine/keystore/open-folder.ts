import type { Clock, Random } from "../../base/index.ts";
import { EVERY_KEY, keyError, type KeyRight, type KeyVault } from "../keys/index.ts";
import { requireGranted } from "./access.ts";
import type { AuditEvent, AuditLog } from "./audit-log.ts";
import { ChangeQueue, refusal } from "./change-queue.ts";
import type { KeyFiles } from "./key-files.ts";
import { type KeyRecord, VAULT_PREFIX } from "./key-record.ts";
import type { RootSecret } from "./root-secret.ts";

interface Parts {
  readonly clock: Clock;
  readonly random: Random;
  readonly secret: RootSecret;
  readonly files: KeyFiles;
  readonly audit: AuditLog;
  readonly vault: KeyVault | undefined;
}

/** What uses and changes of an open key folder share: its files, who may do what, and the framed change. */
export class OpenFolder {
  readonly clock: Clock;
  readonly random: Random;
  readonly secret: RootSecret;
  readonly files: KeyFiles;
  readonly audit: AuditLog;
  /** Where new versions get their material; undefined: in this folder. */
  readonly vault: KeyVault | undefined;
  readonly #changes: ChangeQueue;

  constructor({ clock, random, secret, files, audit, vault }: Parts) {
    this.clock = clock;
    this.random = random;
    this.secret = secret;
    this.files = files;
    this.audit = audit;
    this.vault = vault;
    this.#changes = new ChangeQueue(audit, random);
  }

  /** @param material as the record has it, `vault:KIND` @throws KEY_MANAGER_UNREACHABLE */
  vaultFor(material: string, key_id: string, version: number): KeyVault {
    const kind = material.slice(VAULT_PREFIX.length);
    if (this.vault?.kind === kind) return this.vault;
    const message = `the material of ${key_id} version ${version} lies in a vault (${kind}) that is not configured`;
    throw keyError("KEY_MANAGER_UNREACHABLE", message, { key_id, version, vault: kind });
  }

  /** Resolves when the changes asked for so far have ended. */
  idle(): Promise<void> {
    return this.#changes.idle();
  }

  now(): string {
    return new Date(this.clock.now_ms()).toISOString();
  }

  /** A refusal is recorded. @throws KEY_ACCESS_DENIED */
  requireRight(actor: string, right: KeyRight, key_id: string, action: string): void {
    try {
      requireGranted(this.files.access, actor, right, key_id);
    } catch (error) {
      this.audit.append(refusal({ principal: actor, action, ...(key_id === EVERY_KEY ? {} : { key_id }) }, error));
      throw error;
    }
  }

  /** @throws KEY_NOT_FOUND */
  findKey(key_id: string): KeyRecord {
    const record = this.files.keys.get(key_id);
    if (record !== undefined) return record;
    throw keyError("KEY_NOT_FOUND", `this key manager has no key ${key_id}`, { key_id });
  }

  /** `needs_admin_on`: a key, every key, or null for what the key manager and the operator do themselves. */
  change<T>(
    principal: string,
    what: Omit<AuditEvent, "principal" | "outcome">,
    needs_admin_on: string | null,
    change: (change_id: string) => Promise<T>,
  ): Promise<T> {
    const authorise = () => {
      if (needs_admin_on !== null) this.requireRight(principal, "admin", needs_admin_on, what.action);
    };
    return this.#changes.run({ principal, ...what }, authorise, change);
  }
}
