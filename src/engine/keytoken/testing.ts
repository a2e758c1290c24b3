import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { KeyVault } from "../keys/index.ts";
import { inProcess } from "../keystore/testing/in-process.ts";
import { createKeyFolder } from "../keystore/testing/key-folder.ts";

const MODULE = "/usr/lib/softhsm/libsofthsm2.so";
export const softHsmMissing = existsSync(MODULE) ? false : "needs the Debian package softhsm2";

/** A token of SoftHSM in a folder of its own, for this process and its children; whoever asks removes the folder. */
export function softHsm() {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-hsm-"));
  mkdirSync(join(dir, "tokens"));
  const conf = join(dir, "softhsm2.conf");
  writeFileSync(conf, `directories.tokendir = ${join(dir, "tokens")}\nobjectstore.backend = file\n`);
  process.env["SOFTHSM2_CONF"] = conf;
  const pins = ["--pin", "1234", "--so-pin", "5678"];
  execFileSync("softhsm2-util", ["--init-token", "--free", "--label", "holdfast", ...pins]);
  const pin_file = join(dir, "pin");
  writeFileSync(pin_file, "1234\n", { mode: 0o600 });
  const vault_file = join(dir, "vault.json");
  writeFileSync(vault_file, JSON.stringify({ kind: "pkcs11", module: MODULE, token: "holdfast", pin_file }));
  return { dir, module: MODULE, token: "holdfast", pin: "1234", vault_file };
}

/** A key manager whose keys lie in that vault. */
export async function managerWith(vault: KeyVault) {
  const cleanups: (() => unknown)[] = [];
  const folder = await createKeyFolder({
    after: (work: () => unknown) => cleanups.push(work),
  } as unknown as TestContext);
  const store = await folder.open({ vault });
  const { keys, key_admin } = inProcess(store);
  const close = async () => {
    await store.close();
    for (const cleanup of cleanups.reverse()) await cleanup();
  };
  return { folder, store, keys, key_admin, close };
}
