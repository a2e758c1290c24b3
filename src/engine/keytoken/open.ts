import { readFile } from "node:fs/promises";
import * as z from "zod";
import type { Random } from "../../base/index.ts";
import { keyError, type KeyVault } from "../keys/index.ts";
import { kmsVault } from "./kms.ts";
import { pkcs11Vault } from "./manager.ts";

/** A key manager's `--vault` file, JSON. It holds no secret itself. */
const vaultConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("pkcs11"),
    /** The vendor's library. */
    module: z.string().startsWith("/"),
    /** Label of the token. */
    token: z.string().min(1),
    /** File with the PIN of the token's user. */
    pin_file: z.string().startsWith("/"),
  }),
  z.strictObject({
    kind: z.literal("kms"),
    region: z.string().min(1),
    /** Of a service that is not Amazon's. */
    endpoint: z.url().optional(),
  }),
]);
type VaultConfig = z.infer<typeof vaultConfigSchema>;

/**
 * Credentials of a KMS are found as the AWS SDK does.
 * @throws KEY_REQUEST_INVALID, KEY_MANAGER_UNREACHABLE, KEY_ACCESS_DENIED
 */
export async function openVault(path: string, random: Random): Promise<KeyVault> {
  let config: VaultConfig;
  try {
    config = vaultConfigSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw keyError("KEY_REQUEST_INVALID", `vault file ${path}: ${reason}`, { path }, error);
  }
  if (config.kind === "kms") {
    const { region, endpoint } = config;
    return kmsVault({ region, ...(endpoint === undefined ? {} : { endpoint }) });
  }
  const { module, token, pin_file } = config;
  const pin = await readFile(pin_file, "utf8").catch((error: unknown) => {
    throw keyError(
      "KEY_ACCESS_DENIED",
      `the PIN of token ${token} cannot be read from ${pin_file}`,
      { pin_file },
      error,
    );
  });
  return pkcs11Vault({ module, token, pin: pin.trim(), random });
}
