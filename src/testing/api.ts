import { join } from "node:path";
import { createSeal, createToken, SEAL_KEY_BYTES } from "../control/access/index.ts";
import { lazyAuthority } from "../control/agents/index.ts";
import { lazySigner } from "../control/evidence/index.ts";
import { type ApiDeps, createApi } from "../apps/api/index.ts";
import type { Installation } from "./installation.ts";

export interface ServedInstallation {
  /** Of the unix socket. */
  readonly socket_path: string;
  /** Of a token that may do everything. */
  readonly token: string;
  /** Environment that lets the command line speak to it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Puts the API on an installation, on a unix socket; it ends with the test. */
export async function serveInstallation(
  t: { after(work: () => Promise<void>): void },
  it: Installation,
  scopes: readonly string[] = ["*"],
): Promise<ServedInstallation> {
  const app = await createApi({
    ...it,
    signer: lazySigner(it),
    seal: createSeal(it.random.bytes(SEAL_KEY_BYTES), it.random),
    authority: lazyAuthority(it),
    version: "0.0.0-test",
  } as ApiDeps);
  const socket_path = join(it.dir, "api.sock");
  await app.listen({ path: socket_path });
  t.after(() => app.close());
  const { secret: token } = await createToken(it.db, { name: "test", scopes }, it);
  return { socket_path, token, env: { BAAS_SERVER: socket_path, BAAS_TOKEN: token } };
}
