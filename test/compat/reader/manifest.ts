import { verify } from "node:crypto";
import { zstdDecompressSync } from "node:zlib";
import { Cursor, demand, hkdf, openGcm, parseCanonical, sha256 } from "./bytes.ts";
import { type Keys, readObject } from "./keys.ts";

export type Manifest = { public: Record<string, unknown>; private: Record<string, unknown>; packs: Set<string> };

/** §9: a manifest whose signature holds, public and private part. */
export function readManifest(folder: string, keys: Keys, backup_id: string): Manifest {
  const what = `manifest ${backup_id}`;
  const bytes = readObject(folder, `manifests/${backup_id}`);
  const cursor = new Cursor(bytes, what);
  cursor.expect("HFMF", "magic");
  cursor.expect([1, 0], "version");
  cursor.expect([0, 0], "reserved");
  const [epoch, public_length, private_length] = [cursor.u32(), cursor.u32(), cursor.u32()];
  const salt = cursor.take(32);
  const public_part = cursor.take(public_length);
  const aad = bytes.subarray(0, cursor.at);
  const sealed = cursor.take(private_length);
  const digest = sha256(bytes.subarray(0, cursor.at));
  const message = Buffer.concat([Buffer.from("holdfast/manifest/v1\0"), digest]);
  demand(verify(null, message, keys.signing_public_key, cursor.take(64)), `${what}: the signature does not hold`);
  cursor.end();

  const data_key = keys.epochs.get(epoch);
  demand(data_key, `${what}: epoch ${epoch} has no key`);
  const key = hkdf(data_key, salt, "holdfast/manifest/v1");
  const private_part = zstdDecompressSync(openGcm(key, Buffer.alloc(12), aad, sealed, what), {
    maxOutputLength: 64 * 2 ** 20,
  });
  const manifest = { public: parseCanonical(public_part, what), private: parseCanonical(private_part, what) };
  demand(manifest.public["backup_id"] === backup_id, `${what}: of another backup`);
  demand(manifest.public["repository_id"] === keys.config["repository_id"], `${what}: of another repository`);
  const packs = manifest.public["packs"] as string[];
  demand(
    packs.every((pack, i) => i === 0 || (packs[i - 1] as string) < pack),
    `${what}: packs are not sorted`,
  );
  return { ...manifest, packs: new Set(packs) };
}
