import { join } from "node:path";
import type { Clock, Random } from "../../base/index.ts";
import {
  type AuditFilter,
  type AuditHead,
  type AuditPage,
  type AuditVerdict,
  canonicalJson,
  checkContext,
  checkWrapInput,
  EVERY_KEY,
  keyError,
  type KeyInfo,
  type KeyVault,
  openEnvelope,
  sealEnvelope,
  type WrapContext,
  type WrappedKey,
} from "../keys/index.ts";
import { authenticate, isGranted, requireGranted, SYSTEM_PRINCIPAL } from "./access.ts";
import { AccessChanges } from "./access-changes.ts";
import { AuditLog } from "./audit-log.ts";
import { refusal } from "./change-queue.ts";
import { DueDestructions } from "./due-destructions.ts";
import { lockFolder } from "./files.ts";
import { KeyChanges } from "./key-changes.ts";
import { KeyFiles } from "./key-files.ts";
import {
  type KeyRecord,
  type KeyVersionRecord,
  toKeyInfo,
  VAULT_PREFIX,
  versionForUnwrap,
  versionForWrap,
} from "./key-record.ts";
import { OpenFolder } from "./open-folder.ts";
import { RootSecret } from "./root-secret.ts";
import { AUDIT_FOLDER, isSetUp } from "./set-up.ts";

export const LOCAL_MANAGER = "local";
export const CMK_WRAP_INFO = "holdfast/cmk-wrap/v1";
const DESTRUCTION_CONFIRM_MS = 3_600_000;

export interface LocalKeyStoreOptions {
  readonly dir: string;
  /** `dir/audit` by default; may lie on another device. */
  readonly audit_dir?: string | undefined;
  /** 64 hexadecimal characters. */
  readonly root_secret: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Where new versions get their material; by default this folder. What lies elsewhere stays usable there. */
  readonly vault?: KeyVault | undefined;
  /** How long to wait for another process to let go of the folder. */
  readonly lock_wait_ms?: number;
  readonly audit_sync_delay_ms?: number;
  readonly audit_segment_bytes?: number;
  /**
   * Material goes only when its date has been seen past for so long, by both clocks: a clock set wrong destroys
   * nothing.
   */
  readonly destruction_confirm_ms?: number;
}

/**
 * The keys of one folder: CMKs, access list, audit log. Every method names the principal who asks; the access list
 * decides, the audit log records. Changes run one at a time: STARTED to the log, the file replaced, OK to the log, then
 * the answer. Uses run beside them on what is in memory.
 */
export class LocalKeyStore {
  /** Changes to keys, and to who may use them. */
  readonly keys: KeyChanges;
  readonly access: AccessChanges;
  readonly #folder: OpenFolder;
  readonly #due: DueDestructions;
  readonly #release: () => void;

  private constructor(folder: OpenFolder, due: DueDestructions, release: () => void) {
    this.#folder = folder;
    this.keys = new KeyChanges(folder);
    this.access = new AccessChanges(folder);
    this.#due = due;
    this.#release = release;
  }

  get audit(): AuditLog {
    return this.#folder.audit;
  }

  /**
   * Opens a folder that was set up, takes its lock, checks every file and closes what a crash left open in the audit
   * log.
   * @throws KEY_STORE_NOT_SET_UP, KEY_STORE_LOCKED, KEY_STORE_UNSAFE, KEY_STORE_DAMAGED, KEY_ROOT_SECRET_WRONG
   */
  static async open(options: LocalKeyStoreOptions): Promise<LocalKeyStore> {
    const { dir, clock, random } = options;
    if (!(await isSetUp(dir))) {
      throw keyError("KEY_STORE_NOT_SET_UP", `${dir} is not a key folder that was set up`, { dir });
    }
    const release = await lockFolder(dir, options.lock_wait_ms ?? 0, clock);
    try {
      const secret = new RootSecret(options.root_secret);
      const files = await KeyFiles.open(dir, secret, random);
      const audit = await AuditLog.open({
        dir: options.audit_dir ?? join(dir, AUDIT_FOLDER),
        head_key: secret.auditKey(),
        clock,
        random,
        sync_delay_ms: options.audit_sync_delay_ms ?? 200,
        segment_bytes: options.audit_segment_bytes,
      });
      const due = new DueDestructions(clock, options.destruction_confirm_ms ?? DESTRUCTION_CONFIRM_MS);
      const store = new LocalKeyStore(
        new OpenFolder({ clock, random, secret, files, audit, vault: options.vault }),
        due,
        release,
      );
      store.#closeUnfinishedChanges();
      audit.append({ principal: SYSTEM_PRINCIPAL, action: "manager.start", outcome: "OK" });
      await audit.sync();
      return store;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Waits for changes under way, puts the audit log on stable storage, lets the folder go. */
  async close(): Promise<void> {
    await this.#folder.idle();
    try {
      this.#folder.audit.append({ principal: SYSTEM_PRINCIPAL, action: "manager.stop", outcome: "OK" });
      await this.#folder.audit.close();
    } finally {
      this.#release();
    }
  }

  /** @throws KEY_ACCESS_DENIED for a token nobody has; the attempt is recorded. */
  authenticate(token: string): string {
    const principal = authenticate(this.#folder.files.access, token);
    if (principal !== null) return principal;
    this.#folder.audit.append({ principal: "unknown", action: "access.authenticate", outcome: "DENIED" });
    throw keyError("KEY_ACCESS_DENIED", "the token belongs to no principal of this key manager", {
      hint: "give the token printed at set-up, or have an administrator make a new one",
    });
  }

  /** Wraps with the newest enabled version. Recorded with its context. */
  async wrap(actor: string, key_id: string, plaintext: Uint8Array, context: WrapContext): Promise<WrappedKey> {
    checkWrapInput(plaintext, context);
    return this.#use(actor, "wrap", { key_id, context }, async (record) => {
      const version = versionForWrap(record);
      const key = { manager: LOCAL_MANAGER, key_id, key_version: version.version };
      const vault = this.#vaultOf(record, version);
      if (vault !== undefined)
        return { ...key, ciphertext: await vault.wrap(key_id, version.version, plaintext, context) };
      const material = this.#material(record, version);
      const aad = canonicalJson({ key_id, version: version.version, context });
      const ciphertext = sealEnvelope(material, CMK_WRAP_INFO, aad, plaintext, this.#folder.random);
      material.fill(0);
      return { ...key, ciphertext };
    });
  }

  /** @throws KEY_CONTEXT_MISMATCH when the ciphertext was altered or wrapped with another context */
  async unwrap(actor: string, wrapped: WrappedKey, context: WrapContext): Promise<Buffer> {
    checkContext(context);
    const { key_id, key_version } = wrapped;
    return this.#use(actor, "unwrap", { key_id, key_version, context }, async (record) => {
      const version = versionForUnwrap(record, key_version);
      const vault = this.#vaultOf(record, version);
      if (vault !== undefined) return vault.unwrap(key_id, key_version, wrapped.ciphertext, context);
      const material = this.#material(record, version);
      const aad = canonicalJson({ key_id, version: key_version, context });
      const plaintext = openEnvelope(material, CMK_WRAP_INFO, aad, wrapped.ciphertext);
      material.fill(0);
      if (plaintext !== null) return plaintext;
      throw keyError(
        "KEY_CONTEXT_MISMATCH",
        `ciphertext of key ${key_id} version ${key_version} was altered, or wrapped with another context`,
        { key_id, key_version },
      );
    });
  }

  describeKey(actor: string, key_id: string): KeyInfo {
    this.#folder.requireRight(actor, "describe", key_id, "key.describe");
    return toKeyInfo(this.#folder.findKey(key_id));
  }

  listKeys(actor: string): KeyInfo[] {
    const visible = [...this.#folder.files.keys.values()].filter(({ key_id }) =>
      isGranted(this.#folder.files.access, actor, "describe", key_id),
    );
    if (visible.length === 0) this.#folder.requireRight(actor, "describe", EVERY_KEY, "key.list");
    return visible.sort((a, b) => (a.key_id < b.key_id ? -1 : 1)).map(toKeyInfo);
  }

  /**
   * Destroys the material whose date has passed and was seen past for `destruction_confirm_ms`. Call it every minute or
   * so.
   * @returns what was destroyed, as `cmk_…/3` or `cmk_…` for a whole key
   */
  async sweep(): Promise<string[]> {
    const destroyed: string[] = [];
    for (const { key_id, version, name } of this.#due.look(this.#folder.files.keys.values())) {
      await this.keys.destroy(key_id, version);
      destroyed.push(name);
    }
    return destroyed;
  }

  auditLog(actor: string, filter: AuditFilter = {}): Promise<AuditPage> {
    this.#folder.requireRight(actor, "describe", EVERY_KEY, "audit.read");
    return this.#folder.audit.read(filter);
  }

  async verifyAuditLog(actor: string, known_head?: AuditHead): Promise<AuditVerdict> {
    this.#folder.requireRight(actor, "describe", EVERY_KEY, "audit.verify");
    return this.#folder.audit.verify(known_head);
  }

  async #use<T extends { key_version?: number } | Buffer>(
    actor: string,
    right: "wrap" | "unwrap",
    what: { key_id: string; key_version?: number; context: WrapContext },
    run: (record: KeyRecord) => Promise<T>,
  ): Promise<T> {
    const event = { principal: actor, action: `key.${right}`, ...what };
    let result: T;
    try {
      requireGranted(this.#folder.files.access, actor, right, what.key_id);
      result = await run(this.#folder.findKey(what.key_id));
    } catch (error) {
      this.#folder.audit.append(refusal(event, error));
      throw error;
    }
    const key_version = what.key_version ?? (Buffer.isBuffer(result) ? undefined : result.key_version);
    this.#folder.audit.append({ ...event, key_version, outcome: "OK" });
    return result;
  }

  /** Undefined: its material lies in this folder. @throws KEY_MANAGER_UNREACHABLE when its vault is not this one's */
  #vaultOf({ key_id }: KeyRecord, { version, material }: KeyVersionRecord): KeyVault | undefined {
    if (material === null || !material.startsWith(VAULT_PREFIX)) return undefined;
    return this.#folder.vaultFor(material, key_id, version);
  }

  #material(record: KeyRecord, version: KeyVersionRecord): Buffer {
    if (version.material === null) {
      throw keyError("KEY_STORE_DAMAGED", `${record.key_id} version ${version.version} has no material`);
    }
    return this.#folder.secret.openMaterial(record.key_id, version.version, version.material);
  }

  /** Was the change made? The file it writes carries its id. */
  #closeUnfinishedChanges(): void {
    const made = new Set([
      this.#folder.files.access.change_id,
      ...[...this.#folder.files.keys.values()].map((record) => record.change_id),
    ]);
    for (const { seq: _, at: __, prev: ___, hash: ____, ...entry } of this.#folder.audit.unfinished) {
      const outcome = made.has(entry.change_id ?? "") ? "OK" : "INTERRUPTED";
      this.#folder.audit.append({ ...entry, outcome, detail: { ...entry.detail, closed_by: "restart" } });
    }
  }
}
