import koffi from "koffi";
import { keyError } from "../keys/index.ts";

/** Of PKCS#11 v2.40: a CK_ULONG has eight bytes here, as everywhere we run (64 bit Linux). */
export const CK = {
  CKU_USER: 1,
  CKF_SERIAL_SESSION: 4,
  CKF_RW_SESSION: 2,
  CKO_SECRET_KEY: 4,
  CKK_AES: 0x1f,
  CKA_CLASS: 0,
  CKA_TOKEN: 1,
  CKA_PRIVATE: 2,
  CKA_LABEL: 3,
  CKA_KEY_TYPE: 0x100,
  CKA_ID: 0x102,
  CKA_SENSITIVE: 0x103,
  CKA_ENCRYPT: 0x104,
  CKA_DECRYPT: 0x105,
  CKA_VALUE_LEN: 0x161,
  CKA_EXTRACTABLE: 0x162,
  CKM_AES_KEY_GEN: 0x1080,
  CKM_AES_GCM: 0x1087,
} as const;

const CKR_ALREADY_INITIALIZED = 0x191;
const CKR_USER_ALREADY_LOGGED_IN = 0x100;

export type Attribute = readonly [type: number, value: Buffer];

const ULONG = 8;

export function ulong(value: number): Buffer {
  const bytes = Buffer.alloc(ULONG);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

const address = (bytes: Buffer): bigint => (bytes.length === 0 ? 0n : koffi.address(bytes));

/** CK_ATTRIBUTE[]: type, pointer, length. The buffers must live as long as the call. */
function template(attributes: readonly Attribute[]): Buffer {
  const bytes = Buffer.alloc(attributes.length * 3 * ULONG);
  attributes.forEach(([type, value], i) => {
    bytes.writeBigUInt64LE(BigInt(type), i * 24);
    bytes.writeBigUInt64LE(address(value), i * 24 + 8);
    bytes.writeBigUInt64LE(BigInt(value.length), i * 24 + 16);
  });
  return bytes;
}

/** The functions of a PKCS#11 module that are needed here, by the names the standard gives them. */
function load(path: string) {
  const library = koffi.load(path);
  return {
    C_Initialize: library.func("ulong C_Initialize(void *args)"),
    C_GetSlotList: library.func("ulong C_GetSlotList(uint8 present, void *slots, void *count)"),
    C_GetTokenInfo: library.func("ulong C_GetTokenInfo(ulong slot, void *info)"),
    C_OpenSession: library.func("ulong C_OpenSession(ulong slot, ulong flags, void *app, void *notify, void *session)"),
    C_CloseSession: library.func("ulong C_CloseSession(ulong session)"),
    C_Login: library.func("ulong C_Login(ulong session, ulong user, const void *pin, ulong length)"),
    C_GenerateKey: library.func(
      "ulong C_GenerateKey(ulong session, const void *mechanism, const void *template, ulong count, void *key)",
    ),
    C_FindObjectsInit: library.func("ulong C_FindObjectsInit(ulong session, const void *template, ulong count)"),
    C_FindObjects: library.func("ulong C_FindObjects(ulong session, void *objects, ulong max, void *count)"),
    C_FindObjectsFinal: library.func("ulong C_FindObjectsFinal(ulong session)"),
    C_GetAttributeValue: library.func(
      "ulong C_GetAttributeValue(ulong session, ulong object, void *template, ulong count)",
    ),
    C_DestroyObject: library.func("ulong C_DestroyObject(ulong session, ulong object)"),
    C_EncryptInit: library.func("ulong C_EncryptInit(ulong session, const void *mechanism, ulong key)"),
    C_Encrypt: library.func(
      "ulong C_Encrypt(ulong session, const void *data, ulong length, void *out, void *out_length)",
    ),
    C_DecryptInit: library.func("ulong C_DecryptInit(ulong session, const void *mechanism, ulong key)"),
    C_Decrypt: library.func(
      "ulong C_Decrypt(ulong session, const void *data, ulong length, void *out, void *out_length)",
    ),
  };
}

export interface Pkcs11Place {
  /** The vendor's library, e.g. `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly module: string;
  /** Label of the token. */
  readonly token: string;
  /** Of the token's user. */
  readonly pin: string;
}

/** A session with a token, logged in. Calls are made one at a time: a session has one operation under way. */
export class Pkcs11Session {
  readonly #c: ReturnType<typeof load>;
  readonly #session: number;

  /** @throws KEY_MANAGER_UNREACHABLE, KEY_ACCESS_DENIED */
  constructor({ module, token, pin }: Pkcs11Place) {
    try {
      this.#c = load(module);
    } catch (error) {
      throw keyError("KEY_MANAGER_UNREACHABLE", `PKCS#11 module ${module} cannot be loaded`, { module }, error);
    }
    const initialized = Number(this.#c.C_Initialize(null));
    if (initialized !== CKR_ALREADY_INITIALIZED) check("C_Initialize", initialized);
    const slot = this.#slotOf(token, module);
    const session = Buffer.alloc(ULONG);
    const flags = CK.CKF_SERIAL_SESSION | CK.CKF_RW_SESSION;
    check("C_OpenSession", Number(this.#c.C_OpenSession(slot, flags, null, null, session)));
    this.#session = Number(session.readBigUInt64LE());
    const secret = Buffer.from(pin, "utf8");
    const login = Number(this.#c.C_Login(this.#session, CK.CKU_USER, secret, secret.length));
    if (login !== CKR_USER_ALREADY_LOGGED_IN && login !== 0) {
      this.close();
      throw keyError("KEY_ACCESS_DENIED", `token ${token} refuses the login (${hex(login)})`, { token });
    }
  }

  close(): void {
    this.#c.C_CloseSession(this.#session);
  }

  #slotOf(token: string, module: string): number {
    const count = Buffer.alloc(ULONG);
    check("C_GetSlotList", Number(this.#c.C_GetSlotList(1, null, count)));
    const slots = Buffer.alloc(Number(count.readBigUInt64LE()) * ULONG);
    check("C_GetSlotList", Number(this.#c.C_GetSlotList(1, slots, count)));
    for (let at = 0; at < slots.length; at += ULONG) {
      const slot = Number(slots.readBigUInt64LE(at));
      const info = Buffer.alloc(512); // CK_TOKEN_INFO has 208 bytes; its label is the first 32
      if (Number(this.#c.C_GetTokenInfo(slot, info)) !== 0) continue;
      if (info.toString("utf8", 0, 32).trimEnd() === token) return slot;
    }
    throw keyError("KEY_MANAGER_UNREACHABLE", `PKCS#11 module ${module} has no token ${token}`, { module, token });
  }

  /** An AES-256 key that never leaves the token. */
  generateKey(id: string, label: string): void {
    const yes = Buffer.of(1);
    const no = Buffer.of(0);
    const attributes: Attribute[] = [
      [CK.CKA_CLASS, ulong(CK.CKO_SECRET_KEY)],
      [CK.CKA_KEY_TYPE, ulong(CK.CKK_AES)],
      [CK.CKA_VALUE_LEN, ulong(32)],
      [CK.CKA_TOKEN, yes],
      [CK.CKA_PRIVATE, yes],
      [CK.CKA_SENSITIVE, yes],
      [CK.CKA_EXTRACTABLE, no],
      [CK.CKA_ENCRYPT, yes],
      [CK.CKA_DECRYPT, yes],
      [CK.CKA_ID, Buffer.from(id, "utf8")],
      [CK.CKA_LABEL, Buffer.from(label, "utf8")],
    ];
    const mechanism = Buffer.concat([ulong(CK.CKM_AES_KEY_GEN), ulong(0), ulong(0)]);
    const key = Buffer.alloc(ULONG);
    const code = this.#c.C_GenerateKey(this.#session, mechanism, template(attributes), attributes.length, key);
    check("C_GenerateKey", Number(code));
  }

  /** Handles of the secret keys with these attributes. */
  find(attributes: readonly Attribute[]): number[] {
    const wanted: Attribute[] = [[CK.CKA_CLASS, ulong(CK.CKO_SECRET_KEY)], ...attributes];
    check("C_FindObjectsInit", Number(this.#c.C_FindObjectsInit(this.#session, template(wanted), wanted.length)));
    const found: number[] = [];
    const handles = Buffer.alloc(64 * ULONG);
    const count = Buffer.alloc(ULONG);
    for (;;) {
      check("C_FindObjects", Number(this.#c.C_FindObjects(this.#session, handles, 64, count)));
      const got = Number(count.readBigUInt64LE());
      for (let i = 0; i < got; i++) found.push(Number(handles.readBigUInt64LE(i * ULONG)));
      if (got === 0) break;
    }
    check("C_FindObjectsFinal", Number(this.#c.C_FindObjectsFinal(this.#session)));
    return found;
  }

  text(handle: number, type: number): string {
    const value = Buffer.alloc(512);
    const attributes = template([[type, value]]);
    check("C_GetAttributeValue", Number(this.#c.C_GetAttributeValue(this.#session, handle, attributes, 1)));
    return value.toString("utf8", 0, Number(attributes.readBigUInt64LE(16)));
  }

  destroy(handle: number): void {
    check("C_DestroyObject", Number(this.#c.C_DestroyObject(this.#session, handle)));
  }

  encrypt(handle: number, iv: Buffer, aad: Buffer, plaintext: Buffer): Buffer {
    const { mechanism, keep } = gcm(iv, aad);
    check("C_EncryptInit", Number(this.#c.C_EncryptInit(this.#session, mechanism, handle)));
    const out = Buffer.alloc(plaintext.length + 64);
    const length = ulong(out.length);
    check("C_Encrypt", Number(this.#c.C_Encrypt(this.#session, plaintext, plaintext.length, out, length)));
    void keep;
    return out.subarray(0, Number(length.readBigUInt64LE()));
  }

  /** Null when it does not authenticate. */
  decrypt(handle: number, iv: Buffer, aad: Buffer, sealed: Buffer): Buffer | null {
    const { mechanism, keep } = gcm(iv, aad);
    check("C_DecryptInit", Number(this.#c.C_DecryptInit(this.#session, mechanism, handle)));
    const out = Buffer.alloc(sealed.length + 64);
    const length = ulong(out.length);
    const code = Number(this.#c.C_Decrypt(this.#session, sealed, sealed.length, out, length));
    void keep;
    // What a token answers to a wrong tag differs by vendor; all else that can go wrong here is the same to the caller.
    return code === 0 ? out.subarray(0, Number(length.readBigUInt64LE())) : null;
  }
}

/** CK_MECHANISM with CK_GCM_PARAMS; `keep` must live as long as the call. */
function gcm(iv: Buffer, aad: Buffer): { mechanism: Buffer; keep: readonly Buffer[] } {
  const parameters = Buffer.alloc(6 * ULONG);
  parameters.writeBigUInt64LE(address(iv), 0);
  parameters.writeBigUInt64LE(BigInt(iv.length), 8);
  parameters.writeBigUInt64LE(BigInt(iv.length * 8), 16);
  parameters.writeBigUInt64LE(address(aad), 24);
  parameters.writeBigUInt64LE(BigInt(aad.length), 32);
  parameters.writeBigUInt64LE(128n, 40);
  const mechanism = Buffer.alloc(3 * ULONG);
  mechanism.writeBigUInt64LE(BigInt(CK.CKM_AES_GCM), 0);
  mechanism.writeBigUInt64LE(address(parameters), 8);
  mechanism.writeBigUInt64LE(BigInt(parameters.length), 16);
  return { mechanism, keep: [parameters, iv, aad] };
}

const hex = (code: number) => `CKR 0x${code.toString(16)}`;

function check(call: string, code: number): void {
  if (code === 0) return;
  throw keyError("KEY_MANAGER_UNREACHABLE", `the token answers ${call} with ${hex(code)}`, { call, code });
}
