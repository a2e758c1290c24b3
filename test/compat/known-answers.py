"""Known answers for structures.test.ts, from docs/format.md and Python's own cryptography: no line of Holdfast runs here.

    python3 known-answers.py > known-answers.json
"""

import base64, hashlib, hmac, json, struct
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def run(start, length=32):
    return bytes((start + i) % 256 for i in range(length))


def hkdf(ikm, salt, info, length=32):
    return HKDF(SHA256(), length, salt, info.encode()).derive(ikm)


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def zstd_raw(content):
    """One zstd frame of one raw block (RFC 8878), content of at most 255 bytes."""
    size = b"\x20" + bytes([len(content)]) if len(content) < 256 else b"\x60" + struct.pack("<H", len(content) - 256)
    return bytes.fromhex("28b52ffd") + size + struct.pack("<I", len(content) << 3 | 1)[:3] + content


id_key, data_key, pack_id = run(0), run(32), run(64)
chunks = [b"Hold", b"fast!"]
ids = [hmac.digest(id_key, chunk, "sha256") for chunk in chunks]

# §5
header = b"HFPK" + struct.pack("<HBBII", 1, 1, 0, 7, 0) + pack_id
pack_key = hkdf(data_key, pack_id, "holdfast/pack/v1")


def frame(kind, count, ordinal, plain, raw):
    head = struct.pack("<BBHIII", kind, 0, count, ordinal, len(plain), raw)
    return head + AESGCM(pack_key).encrypt(struct.pack("<III", ordinal, 0, 0), plain, header + head)


payload = b"".join(chunks)
data = frame(1, 2, 0, struct.pack("<II", 4, 5) + payload, len(payload))
directory = struct.pack("<IIIII", 1, 48, 8 + len(payload), len(payload), 2)
directory += b"".join(i + struct.pack("<I", len(c)) for i, c in zip(ids, chunks))
body = header + data + frame(2, 0, 1, directory, len(directory)) + struct.pack("<Q", 48 + len(data))
pack = body + hashlib.sha256(body).digest() + struct.pack("<Q", len(body) + 48) + b"HFPKEND1"

# §6
segment_id = run(96)
segment_raw = struct.pack("<I", 1) + pack_id + struct.pack("<BBBBII", 1, 0, 0, 0, 7, len(pack)) + directory
segment_head = b"HFIX" + struct.pack("<HHII", 1, 0, 7, len(segment_raw)) + segment_id
segment_key = hkdf(data_key, segment_id, "holdfast/index/v1")
segment = segment_head + AESGCM(segment_key).encrypt(bytes(12), segment_raw, segment_head)

# §9
seed, manifest_salt = run(128), run(160)
public = {"repository_id": "rpo_01m82gddby7dfn0zha7xx2t2zv", "backup_id": "bkp_01m82gdefc3m9z5j5kab86fy4b",
          "created_at_ms": 1795380656621, "expires_at_ms": None, "packs": [pack_id.hex()]}
private = {"kind": "files", "roots": [base64.b64encode(b"/srv").decode()], "tree": ids[0].hex(), "labels": {"host": "zürich"},
           "started_at_ms": 1795380650000, "finished_at_ms": 1795380656621, "parent_backup_id": None, "problems": [], "writer": "known-answers",
           "stats": {"files": 1, "directories": 1, "others": 0, "source_bytes": 1, "unchanged_files": 0, "new_chunks": 2,
                     "new_bytes": 1, "stored_bytes": 1, "problems": 0}}
sealed_private = zstd_raw(canonical(private))
manifest_head = b"HFMF" + struct.pack("<HHIII", 1, 0, 7, len(canonical(public)), len(sealed_private) + 16) + manifest_salt
manifest_key = hkdf(data_key, manifest_salt, "holdfast/manifest/v1")
aad = manifest_head + canonical(public)
manifest = aad + AESGCM(manifest_key).encrypt(bytes(12), sealed_private, aad)
signing_key = Ed25519PrivateKey.from_private_bytes(seed)
signature = signing_key.sign(b"holdfast/manifest/v1\0" + hashlib.sha256(manifest).digest())

# §3
slot = {"type": "passphrase", "slot_id": "pps_" + "0f" * 16, "kdf": "scrypt", "n": 16384, "r": 8, "p": 1, "salt": run(192).hex()}
kek = Scrypt(run(192), 32, 16384, 8, 1).derive("Zürich".encode())
context = {"kind": "epoch", "repository_id": public["repository_id"], "epoch": "00000007"}
wrap_salt = run(224)
wrap_aad = canonical({"context": context, "key_id": slot["slot_id"], "version": 1})
wrapped = hkdf(kek, wrap_salt, "holdfast/passphrase-check/v1", 16) + b"\1" + wrap_salt
wrapped += AESGCM(hkdf(kek, wrap_salt, "holdfast/passphrase-wrap/v1")).encrypt(bytes(12), data_key, wrap_aad)

answers = {
    "id_key": id_key, "data_key": data_key, "chunks": payload, "chunk_ids": b"".join(ids),
    "pack_id": pack_id, "pack_key": pack_key, "pack": pack, "directory": directory,
    "segment_id": segment_id, "segment": segment, "segment_raw": segment_raw,
    "signing_seed": seed, "signing_public_key": signing_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
    "manifest_salt": manifest_salt, "manifest": manifest + signature, "private": canonical(private),
    "gear_table_sha256": hashlib.sha256(hkdf(id_key, None, "holdfast/gear/v1", 1024)).digest(),
    "slot": canonical(slot), "context": canonical(context), "wrapped": wrapped,
}
print(json.dumps({name: value.hex() for name, value in answers.items()}, indent=2))
