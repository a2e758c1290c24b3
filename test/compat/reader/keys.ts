import { createPrivateKey, createPublicKey, type KeyObject, scryptSync } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson, demand, hkdf, hmac, openGcm, parseCanonical, sha256 } from "./bytes.ts";

/** §1: in a store that is a folder, an object is the file of that path below it. */
export function readObject(folder: string, key: string): Buffer {
  return readFileSync(join(folder, key));
}

/** Names directly below a prefix, sorted; those that begin with a dot are the store's own. */
export function listNames(folder: string, prefix: string): string[] {
  const path = join(folder, prefix);
  return statSync(path, { throwIfNoEntry: false })
    ? readdirSync(path)
        .filter((name) => !name.startsWith("."))
        .sort()
    : [];
}

/** §1: canonical JSON, newline, SHA-256 in hex, newline. */
export function readJsonObject(folder: string, key: string, bytes_max: number = 2 ** 20): Record<string, unknown> {
  const bytes = readObject(folder, key);
  const at = bytes.length - 66;
  demand(bytes.length <= bytes_max && at > 0 && bytes[at] === 0x0a, `${key}: not a JSON object`);
  const json = bytes.subarray(0, at);
  demand(bytes.subarray(at + 1).toString("latin1") === `${sha256(json).toString("hex")}\n`, `${key}: checksum differs`);
  return parseCanonical(json, key);
}

export type Keys = {
  config: Record<string, unknown>;
  id_key: Buffer;
  mac_key: Buffer;
  signing_public_key: KeyObject;
  epochs: Map<number, Buffer>;
};

/** §2, §3: config with its MAC verified, keyring and the data key of every epoch. */
export function openKeys(folder: string, passphrase: string): Keys {
  const config = readJsonObject(folder, "config");
  demand(config["format"] === "holdfast-repository", "config: not a Holdfast repository");
  demand(config["version"] === 1, `config: version ${config["version"]} is not 1`);
  const unwrap = passphraseUnwrapper(folder, passphrase);
  const repository_id = config["repository_id"] as string;

  const keyring = unwrap(newestOf(folder, "keys/keyring"), { kind: "keyring", repository_id });
  demand(keyring.length === 160, "keyring: not 160 bytes");
  const part = (i: number) => keyring.subarray(32 * i, 32 * i + 32);
  const { mac, ...rest } = config;
  demand(hmac(part(2), canonicalJson(rest)).toString("hex") === mac, "config: the MAC does not fit");
  const signing_public_key = publicKeyOfSeed(part(3));
  const raw_public_key = signing_public_key.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
  demand(raw_public_key === config["signing_public_key"], "config: signing_public_key is not that of the keyring");

  const epochs = new Map<number, Buffer>();
  for (const name of listNames(folder, "keys/epoch")) {
    const epoch = unwrap(newestOf(folder, `keys/epoch/${name}`), { epoch: name, kind: "epoch", repository_id });
    demand(epoch.length === 32, `epoch ${name}: data key is not 32 bytes`);
    epochs.set(Number(name), epoch);
  }
  return { config, id_key: part(0), mac_key: part(2), signing_public_key, epochs };
}

function newestOf(folder: string, prefix: string): Record<string, unknown> {
  const name = listNames(folder, prefix).at(-1);
  demand(name !== undefined && /^\d{8}$/.test(name), `${prefix}: no key object`);
  const object = readJsonObject(folder, `${prefix}/${name}`);
  demand(object["seq"] === Number(name), `${prefix}/${name}: names itself seq ${object["seq"]}`);
  return object;
}

/** §3, manager "passphrase". */
function passphraseUnwrapper(folder: string, passphrase: string) {
  const slot = readJsonObject(folder, "keys/slot");
  const { n, r, p } = slot as { n: number; r: number; p: number };
  demand(slot["type"] === "passphrase" && slot["kdf"] === "scrypt", "keys/slot: not a passphrase slot");
  demand(n >= 2 ** 14 && n <= 2 ** 20 && r >= 8 && r <= 32 && p >= 1 && p <= 16, "keys/slot: cost out of bounds");
  const salt = Buffer.from(slot["salt"] as string, "hex");
  const kek = scryptSync(passphrase.normalize("NFC"), salt, 32, { N: n, r, p, maxmem: 129 * r * (n + p) + 2 ** 20 });
  return (object: Record<string, unknown>, context: Record<string, string>): Buffer => {
    const what = `${context["kind"]} ${context["epoch"] ?? ""}`.trim();
    demand(object["kind"] === context["kind"], `${what}: kind is ${object["kind"]}`);
    demand(object["repository_id"] === context["repository_id"], `${what}: of another repository`);
    demand(object["manager"] === "passphrase", `${what}: wrapped by ${object["manager"]}, not by a passphrase`);
    demand(object["key_id"] === slot["slot_id"] && object["key_version"] === 1, `${what}: wrapped by another slot`);
    const ciphertext = Buffer.from(object["ciphertext"] as string, "base64");
    const envelope_salt = ciphertext.subarray(17, 49);
    const check = hkdf(kek, envelope_salt, "holdfast/passphrase-check/v1", 16);
    demand(check.equals(ciphertext.subarray(0, 16)), "the passphrase is wrong");
    demand(ciphertext[16] === 1, `${what}: unknown envelope ${ciphertext[16]}`);
    const aad = canonicalJson({ context, key_id: slot["slot_id"], version: 1 });
    const key = hkdf(kek, envelope_salt, "holdfast/passphrase-wrap/v1");
    return openGcm(key, Buffer.alloc(12), Buffer.from(aad), ciphertext.subarray(49), what);
  };
}

/** Ed25519 public key of a 32-byte seed: the seed in its PKCS#8 wrapping (RFC 8410). */
function publicKeyOfSeed(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  return createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
}
