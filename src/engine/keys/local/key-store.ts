import { join } from "node:path";
import { type Clock, newId, type Random } from "../../../base/index.ts";
import { canonicalJson } from "../canonical.ts";
import { checkContext, checkWrapInput, openEnvelope, sealEnvelope } from "../envelope.ts";
import { keyError } from "../errors.ts";
import {
  type AuditFilter,
  type AuditHead,
  type AuditPage,
  type AuditVerdict,
  EVERY_KEY,
  type KeyInfo,
  type KeyPrincipalInfo,
  type KeyRight,
  type KeyState,
  type WrapContext,
  type WrappedKey,
} from "../port.ts";
import {
  type AccessList,
  authenticate,
  createToken,
  findPrincipal,
  isGranted,
  requireGranted,
  SYSTEM_PRINCIPAL,
  toPrincipalInfo,
  withChanged,
  withPrincipal,
} from "./access.ts";
import { type AuditEvent, AuditLog } from "./audit-log.ts";
import { ChangeQueue, refusal } from "./change-queue.ts";
import { DueDestructions } from "./due-destructions.ts";
import { lockFolder } from "./files.ts";
import { KeyFiles } from "./key-files.ts";
import {
  findVersion,
  type KeyRecord,
  type KeyVersionRecord,
  requireState,
  toKeyInfo,
  versionForUnwrap,
  versionForWrap,
} from "./key-record.ts";
import { MATERIAL_BYTES, RootSecret } from "./root-secret.ts";
import { AUDIT_FOLDER, isSetUp, type PrincipalToken } from "./set-up.ts";

export const LOCAL_MANAGER = "local";
export const CMK_WRAP_INFO = "holdfast/cmk-wrap/v1";
export const DESTRUCTION_DAYS_MIN = 7;
export const DESTRUCTION_DAYS_DEFAULT = 30;
const DESTRUCTION_DAYS_MAX = 3650;
const DAY_MS = 86_400_000;
const KEYS_MAX = 100_000;
const VERSIONS_MAX = 1000;
const DESTRUCTION_CONFIRM_MS = 3_600_000;

export interface LocalKeyStoreOptions {
  readonly dir: string;
  /** `dir/audit` by default; may lie on another device. */
  readonly audit_dir?: string | undefined;
  /** 64 hexadecimal characters. */
  readonly root_secret: string;
  readonly clock: Clock;
  readonly random: Random;
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
  readonly audit: AuditLog;
  readonly #options: LocalKeyStoreOptions;
  readonly #secret: RootSecret;
  readonly #files: KeyFiles;
  readonly #changes: ChangeQueue;
  readonly #due: DueDestructions;
  readonly #release: () => void;

  private constructor(
    options: LocalKeyStoreOptions,
    secret: RootSecret,
    files: KeyFiles,
    audit: AuditLog,
    release: () => void,
  ) {
    this.#options = options;
    this.#secret = secret;
    this.#files = files;
    this.audit = audit;
    this.#changes = new ChangeQueue(audit, options.random);
    this.#due = new DueDestructions(options.clock, options.destruction_confirm_ms ?? DESTRUCTION_CONFIRM_MS);
    this.#release = release;
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
      const store = new LocalKeyStore(options, secret, files, audit, release);
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
    await this.#changes.idle();
    try {
      this.audit.append({ principal: SYSTEM_PRINCIPAL, action: "manager.stop", outcome: "OK" });
      await this.audit.close();
    } finally {
      this.#release();
    }
  }

  /** @throws KEY_ACCESS_DENIED for a token nobody has; the attempt is recorded. */
  authenticate(token: string): string {
    const principal = authenticate(this.#files.access, token);
    if (principal !== null) return principal;
    this.audit.append({ principal: "unknown", action: "access.authenticate", outcome: "DENIED" });
    throw keyError("KEY_ACCESS_DENIED", "the token belongs to no principal of this key manager", {
      hint: "give the token printed at set-up, or have an administrator make a new one",
    });
  }

  /** Wraps with the newest enabled version. Recorded with its context. */
  wrap(actor: string, key_id: string, plaintext: Uint8Array, context: WrapContext): WrappedKey {
    checkWrapInput(plaintext, context);
    return this.#use(actor, "wrap", { key_id, context }, (record) => {
      const version = versionForWrap(record);
      const material = this.#material(record, version);
      const aad = canonicalJson({ key_id, version: version.version, context });
      const ciphertext = sealEnvelope(material, CMK_WRAP_INFO, aad, plaintext, this.#options.random);
      material.fill(0);
      return { manager: LOCAL_MANAGER, key_id, key_version: version.version, ciphertext };
    });
  }

  /** @throws KEY_CONTEXT_MISMATCH when the ciphertext was altered or wrapped with another context */
  unwrap(actor: string, wrapped: WrappedKey, context: WrapContext): Buffer {
    checkContext(context);
    const { key_id, key_version } = wrapped;
    return this.#use(actor, "unwrap", { key_id, key_version, context }, (record) => {
      const version = versionForUnwrap(record, key_version);
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

  createKey(actor: string, alias: string): Promise<KeyInfo> {
    const { clock, random } = this.#options;
    const key_id = newId("cmk", clock, random);
    return this.#change(actor, { action: "key.create", key_id, detail: { alias } }, EVERY_KEY, async (change_id) => {
      if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(alias)) {
        throw keyError("KEY_REQUEST_INVALID", `"${alias}" cannot be an alias: a-z 0-9 . _ - , up to 64 characters`);
      }
      const holder = [...this.#files.keys.values()].find((key) => key.alias === alias && key.state !== "DESTROYED");
      if (holder !== undefined) {
        throw keyError("KEY_ALIAS_TAKEN", `alias ${alias} belongs to ${holder.key_id}`, { key_id: holder.key_id });
      }
      if (this.#files.keys.size >= KEYS_MAX)
        throw keyError("KEY_REQUEST_INVALID", `there are ${KEYS_MAX} keys, the limit`);
      const created_at = this.#now();
      const record: KeyRecord = {
        format: 1,
        key_id,
        alias,
        state: "ENABLED",
        created_at,
        destroy_at: null,
        change_id,
        versions: [this.#newVersion(key_id, 1, created_at)],
      };
      return this.#writeKey(record);
    });
  }

  describeKey(actor: string, key_id: string): KeyInfo {
    this.#requireRight(actor, "describe", key_id, "key.describe");
    return toKeyInfo(this.#findKey(key_id));
  }

  listKeys(actor: string): KeyInfo[] {
    const visible = [...this.#files.keys.values()].filter(({ key_id }) =>
      isGranted(this.#files.access, actor, "describe", key_id),
    );
    if (visible.length === 0) this.#requireRight(actor, "describe", EVERY_KEY, "key.list");
    return visible.sort((a, b) => (a.key_id < b.key_id ? -1 : 1)).map(toKeyInfo);
  }

  rotateKey(actor: string, key_id: string): Promise<KeyInfo> {
    return this.#changeKey(actor, { action: "key.rotate", key_id }, (record) => {
      requireState(record, `key ${key_id}`, ["ENABLED"], "rotate");
      if (record.versions.length >= VERSIONS_MAX) {
        throw keyError("KEY_REQUEST_INVALID", `key ${key_id} has ${VERSIONS_MAX} versions, the limit`);
      }
      record.versions.push(this.#newVersion(key_id, record.versions.length + 1, this.#now()));
    });
  }

  disableKey(actor: string, key_id: string, version?: number): Promise<KeyInfo> {
    return this.#changeState(actor, "disable", key_id, version, ["ENABLED", "DISABLED"], (it) => {
      it.state = "DISABLED";
    });
  }

  enableKey(actor: string, key_id: string, version?: number): Promise<KeyInfo> {
    return this.#changeState(actor, "enable", key_id, version, ["ENABLED", "DISABLED"], (it) => {
      it.state = "ENABLED";
    });
  }

  scheduleDestruction(
    actor: string,
    key_id: string,
    {
      version,
      after_days = DESTRUCTION_DAYS_DEFAULT,
    }: { version?: number | undefined; after_days?: number | undefined } = {},
  ): Promise<KeyInfo> {
    const destroy_at = new Date(this.#options.clock.now_ms() + after_days * DAY_MS).toISOString();
    const allowed: KeyState[] = ["ENABLED", "DISABLED"];
    const change = (it: { state: KeyState; destroy_at: string | null }) => {
      if (!Number.isInteger(after_days) || after_days < DESTRUCTION_DAYS_MIN || after_days > DESTRUCTION_DAYS_MAX) {
        throw keyError(
          "KEY_REQUEST_INVALID",
          `after_days ${after_days} is not between ${DESTRUCTION_DAYS_MIN} and ${DESTRUCTION_DAYS_MAX}`,
        );
      }
      it.state = "PENDING_DESTRUCTION";
      it.destroy_at = destroy_at;
    };
    return this.#changeState(actor, "schedule_destruction", key_id, version, allowed, change, { destroy_at });
  }

  cancelDestruction(actor: string, key_id: string, version?: number): Promise<KeyInfo> {
    return this.#changeState(actor, "cancel_destruction", key_id, version, ["PENDING_DESTRUCTION"], (it) => {
      it.state = "DISABLED";
      it.destroy_at = null;
    });
  }

  /**
   * Destroys the material whose date has passed and was seen past for `destruction_confirm_ms`. Call it every minute or
   * so.
   * @returns what was destroyed, as `cmk_…/3` or `cmk_…` for a whole key
   */
  async sweep(): Promise<string[]> {
    const destroyed: string[] = [];
    for (const { key_id, version, name } of this.#due.look(this.#files.keys.values())) {
      await this.#destroy(key_id, version);
      destroyed.push(name);
    }
    return destroyed;
  }

  listPrincipals(actor: string): KeyPrincipalInfo[] {
    this.#requireRight(actor, "describe", EVERY_KEY, "access.list");
    return this.#files.access.principals.map(toPrincipalInfo);
  }

  addPrincipal(actor: string, principal: string): Promise<PrincipalToken> {
    const { token, token_sha256 } = createToken(this.#options.random);
    return this.#changeAccess(actor, { action: "access.add_principal", detail: { principal } }, (list) => ({
      list: withPrincipal(list, principal, token_sha256, this.#now()),
      result: () => ({ principal, token }),
    }));
  }

  rotateToken(actor: string, principal: string): Promise<PrincipalToken> {
    const { token, token_sha256 } = createToken(this.#options.random);
    return this.#changeAccess(actor, { action: "access.rotate_token", detail: { principal } }, (list) => ({
      list: withChanged(list, principal, (found) => ({ ...found, token_sha256 })),
      result: () => ({ principal, token }),
    }));
  }

  removePrincipal(actor: string, principal: string): Promise<void> {
    return this.#changeAccess(actor, { action: "access.remove_principal", detail: { principal } }, (list) => ({
      list: withChanged(list, principal, () => null),
      result: () => undefined,
    }));
  }

  grant(actor: string, principal: string, key_id: string, rights: readonly KeyRight[]): Promise<KeyPrincipalInfo> {
    return this.#changeGrants(actor, "access.grant", principal, key_id, rights, (held) => [
      ...new Set([...held, ...rights]),
    ]);
  }

  revoke(actor: string, principal: string, key_id: string, rights: readonly KeyRight[]): Promise<KeyPrincipalInfo> {
    return this.#changeGrants(actor, "access.revoke", principal, key_id, rights, (held) =>
      held.filter((right) => !rights.includes(right)),
    );
  }

  auditLog(actor: string, filter: AuditFilter = {}): Promise<AuditPage> {
    this.#requireRight(actor, "describe", EVERY_KEY, "audit.read");
    return this.audit.read(filter);
  }

  async verifyAuditLog(actor: string, known_head?: AuditHead): Promise<AuditVerdict> {
    this.#requireRight(actor, "describe", EVERY_KEY, "audit.verify");
    return this.audit.verify(known_head);
  }

  // ---- uses

  #use<T extends { key_version?: number } | Buffer>(
    actor: string,
    right: "wrap" | "unwrap",
    what: { key_id: string; key_version?: number; context: WrapContext },
    run: (record: KeyRecord) => T,
  ): T {
    const event = { principal: actor, action: `key.${right}`, ...what };
    let result: T;
    try {
      requireGranted(this.#files.access, actor, right, what.key_id);
      result = run(this.#findKey(what.key_id));
    } catch (error) {
      this.audit.append(refusal(event, error));
      throw error;
    }
    const key_version = what.key_version ?? (Buffer.isBuffer(result) ? undefined : result.key_version);
    this.audit.append({ ...event, key_version, outcome: "OK" });
    return result;
  }

  #material(record: KeyRecord, version: KeyVersionRecord): Buffer {
    if (version.material === null) {
      throw keyError("KEY_STORE_DAMAGED", `${record.key_id} version ${version.version} has no material`);
    }
    return this.#secret.openMaterial(record.key_id, version.version, version.material);
  }

  #requireRight(actor: string, right: KeyRight, key_id: string, action: string): void {
    try {
      requireGranted(this.#files.access, actor, right, key_id);
    } catch (error) {
      this.audit.append(refusal({ principal: actor, action, ...(key_id === EVERY_KEY ? {} : { key_id }) }, error));
      throw error;
    }
  }

  #findKey(key_id: string): KeyRecord {
    const record = this.#files.keys.get(key_id);
    if (record !== undefined) return record;
    throw keyError("KEY_NOT_FOUND", `this key manager has no key ${key_id}`, { key_id });
  }

  // ---- changes

  /** `needs_admin_on`: a key, every key, or null for what the key manager and the operator do themselves. */
  #change<T>(
    principal: string,
    what: Omit<AuditEvent, "principal" | "outcome">,
    needs_admin_on: string | null,
    change: (change_id: string) => Promise<T>,
  ): Promise<T> {
    const authorise = () => {
      if (needs_admin_on !== null) this.#requireRight(principal, "admin", needs_admin_on, what.action);
    };
    return this.#changes.run({ principal, ...what }, authorise, change);
  }

  #changeKey(
    actor: string,
    what: { action: string; key_id: string; key_version?: number | undefined; detail?: Record<string, string> },
    edit: (record: KeyRecord) => void,
    needs_admin = true,
  ): Promise<KeyInfo> {
    return this.#change(actor, what, needs_admin ? what.key_id : null, async (change_id) => {
      const record = structuredClone(this.#findKey(what.key_id));
      edit(record);
      record.change_id = change_id;
      return this.#writeKey(record);
    });
  }

  #changeState(
    actor: string,
    verb: string,
    key_id: string,
    version: number | undefined,
    allowed: readonly KeyState[],
    edit: (it: { state: KeyState; destroy_at: string | null }) => void,
    detail: Record<string, string> = {},
  ): Promise<KeyInfo> {
    return this.#changeKey(actor, { action: `key.${verb}`, key_id, key_version: version, detail }, (record) => {
      const it = version === undefined ? record : findVersion(record, version);
      const what = version === undefined ? `key ${key_id}` : `key ${key_id} version ${version}`;
      requireState(it, what, allowed, verb.replaceAll("_", " "));
      edit(it);
    });
  }

  #destroy(key_id: string, version: number | undefined): Promise<KeyInfo> {
    const what = { action: "key.destroy", key_id, key_version: version };
    const edit = (record: KeyRecord) => {
      const target = version === undefined ? record : findVersion(record, version);
      // Cancelled while this waited for its turn.
      requireState(target, `key ${key_id}`, ["PENDING_DESTRUCTION"], "destroy");
      target.state = "DESTROYED";
      target.destroy_at = null;
      const versions = version === undefined ? record.versions : [findVersion(record, version)];
      for (const it of versions) {
        it.state = "DESTROYED";
        it.destroy_at = null;
        it.destroyed_at ??= this.#now();
        it.material = null;
      }
    };
    return this.#changeKey(SYSTEM_PRINCIPAL, what, edit, false);
  }

  #changeAccess<T>(
    actor: string,
    what: Omit<AuditEvent, "principal" | "outcome">,
    edit: (list: AccessList) => { list: AccessList; result: (list: AccessList) => T },
  ): Promise<T> {
    const needs_admin_on = actor === OPERATOR_PRINCIPAL ? null : EVERY_KEY;
    return this.#change(actor, what, needs_admin_on, async (change_id) => {
      const { list, result } = edit(this.#files.access);
      await this.#files.writeAccess({ ...list, change_id });
      return result(this.#files.access);
    });
  }

  #changeGrants(
    actor: string,
    action: string,
    principal: string,
    key_id: string,
    rights: readonly KeyRight[],
    edit: (held: readonly KeyRight[]) => KeyRight[],
  ): Promise<KeyPrincipalInfo> {
    const detail = { principal, rights: rights.join(",") };
    return this.#changeAccess(actor, { action, detail: { ...detail, key_id } }, (list) => {
      if (key_id !== EVERY_KEY) this.#findKey(key_id);
      const changed = withChanged(list, principal, (found) => {
        const held = edit(found.grants[key_id] ?? []);
        const { [key_id]: _, ...others } = found.grants;
        return { ...found, grants: held.length === 0 ? others : { ...others, [key_id]: held } };
      });
      return { list: changed, result: (now) => toPrincipalInfo(findPrincipal(now, principal)) };
    });
  }

  async #writeKey(record: KeyRecord): Promise<KeyInfo> {
    await this.#files.writeKey(record);
    return toKeyInfo(this.#findKey(record.key_id));
  }

  #newVersion(key_id: string, version: number, created_at: string): KeyVersionRecord {
    const { random } = this.#options;
    const material = random.bytes(MATERIAL_BYTES);
    const sealed = this.#secret.sealMaterial(key_id, version, material, random);
    material.fill(0);
    return { version, state: "ENABLED", created_at, destroy_at: null, destroyed_at: null, material: sealed };
  }

  #now(): string {
    return new Date(this.#options.clock.now_ms()).toISOString();
  }

  /** Was the change made? The file it writes carries its id. */
  #closeUnfinishedChanges(): void {
    const made = new Set([
      this.#files.access.change_id,
      ...[...this.#files.keys.values()].map((record) => record.change_id),
    ]);
    for (const { seq: _, at: __, prev: ___, hash: ____, ...entry } of this.audit.unfinished) {
      const outcome = made.has(entry.change_id ?? "") ? "OK" : "INTERRUPTED";
      this.audit.append({ ...entry, outcome, detail: { ...entry.detail, closed_by: "restart" } });
    }
  }
}

/** Whoever holds folder and root secret, at the machine itself: may make new tokens without one. */
export const OPERATOR_PRINCIPAL = "operator";
