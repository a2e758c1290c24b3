import { newId } from "../../base/index.ts";
import { EVERY_KEY, keyError, type KeyInfo, type KeyState } from "../keys/index.ts";
import { SYSTEM_PRINCIPAL } from "./access.ts";
import {
  findVersion,
  type KeyRecord,
  type KeyVersionRecord,
  requireState,
  toKeyInfo,
  VAULT_PREFIX,
} from "./key-record.ts";
import type { OpenFolder } from "./open-folder.ts";
import { MATERIAL_BYTES } from "./root-secret.ts";

export const DESTRUCTION_DAYS_MIN = 7;
export const DESTRUCTION_DAYS_DEFAULT = 30;
const DESTRUCTION_DAYS_MAX = 3650;
const DAY_MS = 86_400_000;
const KEYS_MAX = 100_000;
const VERSIONS_MAX = 1000;

/** Changes to keys: made, rotated, disabled, enabled, destroyed. */
export class KeyChanges {
  readonly #folder: OpenFolder;

  constructor(folder: OpenFolder) {
    this.#folder = folder;
  }

  createKey(actor: string, alias: string): Promise<KeyInfo> {
    const { clock, random } = this.#folder;
    const key_id = newId("cmk", clock, random);
    return this.#folder.change(
      actor,
      { action: "key.create", key_id, detail: { alias } },
      EVERY_KEY,
      async (change_id) => {
        if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(alias)) {
          throw keyError("KEY_REQUEST_INVALID", `"${alias}" cannot be an alias: a-z 0-9 . _ - , up to 64 characters`);
        }
        const holder = [...this.#folder.files.keys.values()].find(
          (key) => key.alias === alias && key.state !== "DESTROYED",
        );
        if (holder !== undefined) {
          throw keyError("KEY_ALIAS_TAKEN", `alias ${alias} belongs to ${holder.key_id}`, { key_id: holder.key_id });
        }
        if (this.#folder.files.keys.size >= KEYS_MAX)
          throw keyError("KEY_REQUEST_INVALID", `there are ${KEYS_MAX} keys, the limit`);
        const created_at = this.#folder.now();
        const record: KeyRecord = {
          format: 1,
          key_id,
          alias,
          state: "ENABLED",
          created_at,
          destroy_at: null,
          change_id,
          versions: [await this.#newVersion(key_id, 1, created_at)],
        };
        return this.#writeKey(record);
      },
    );
  }

  rotateKey(actor: string, key_id: string): Promise<KeyInfo> {
    return this.#changeKey(actor, { action: "key.rotate", key_id }, async (record) => {
      requireState(record, `key ${key_id}`, ["ENABLED"], "rotate");
      if (record.versions.length >= VERSIONS_MAX) {
        throw keyError("KEY_REQUEST_INVALID", `key ${key_id} has ${VERSIONS_MAX} versions, the limit`);
      }
      record.versions.push(await this.#newVersion(key_id, record.versions.length + 1, this.#folder.now()));
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
    const destroy_at = new Date(this.#folder.clock.now_ms() + after_days * DAY_MS).toISOString();
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

  /** The material of a key, or of one version, for ever. */
  destroy(key_id: string, version: number | undefined): Promise<KeyInfo> {
    const what = { action: "key.destroy", key_id, key_version: version };
    const edit = async (record: KeyRecord) => {
      const target = version === undefined ? record : findVersion(record, version);
      // Cancelled while this waited for its turn.
      requireState(target, `key ${key_id}`, ["PENDING_DESTRUCTION"], "destroy");
      target.state = "DESTROYED";
      target.destroy_at = null;
      const versions = version === undefined ? record.versions : [findVersion(record, version)];
      for (const it of versions) {
        // In the vault first: killed in between, it is asked for again.
        if (it.material?.startsWith(VAULT_PREFIX) === true)
          await this.#folder.vaultFor(it.material, key_id, it.version).destroyVersion(key_id, it.version);
        it.state = "DESTROYED";
        it.destroy_at = null;
        it.destroyed_at ??= this.#folder.now();
        it.material = null;
      }
    };
    return this.#changeKey(SYSTEM_PRINCIPAL, what, edit, false);
  }

  #changeKey(
    actor: string,
    what: { action: string; key_id: string; key_version?: number | undefined; detail?: Record<string, string> },
    edit: (record: KeyRecord) => void | Promise<void>,
    needs_admin = true,
  ): Promise<KeyInfo> {
    return this.#folder.change(actor, what, needs_admin ? what.key_id : null, async (change_id) => {
      const record = structuredClone(this.#folder.findKey(what.key_id));
      await edit(record);
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

  async #writeKey(record: KeyRecord): Promise<KeyInfo> {
    await this.#folder.files.writeKey(record);
    return toKeyInfo(this.#folder.findKey(record.key_id));
  }

  async #newVersion(key_id: string, version: number, created_at: string): Promise<KeyVersionRecord> {
    const { random, vault } = this.#folder;
    const fresh = { version, state: "ENABLED", created_at, destroy_at: null, destroyed_at: null } as const;
    if (vault !== undefined) {
      await vault.makeVersion(key_id, version);
      return { ...fresh, material: `${VAULT_PREFIX}${vault.kind}` };
    }
    const material = random.bytes(MATERIAL_BYTES);
    const sealed = this.#folder.secret.sealMaterial(key_id, version, material, random);
    material.fill(0);
    return { ...fresh, material: sealed };
  }
}
