import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { connectKeyManager, type KeyManagerClient } from "../../../engine/keyservice/index.ts";
import { startKeyManagerProcess } from "../spawn.ts";

/** A folder for one key manager process, set up by its first start; everything is gone after the test. */
export async function createKeyManagerRig(t: Pick<TestContext, "after">) {
  const base = await mkdtemp(join(tmpdir(), "keyd-"));
  // Last opened, first closed; the folder goes when nobody works in it any more.
  const cleanups: (() => unknown)[] = [() => rm(base, { recursive: true, force: true })];
  t.after(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });
  const socket_path = join(base, "keyd.sock");
  const paths = { base, dir: join(base, "keys"), token_dir: join(base, "tokens"), log_file: join(base, "keyd.log") };
  const start = async () => {
    const started = await startKeyManagerProcess({
      dir: paths.dir,
      socket_path,
      log_file: paths.log_file,
      root_secret_file: join(base, "root-secret"),
      init: { token_dir: paths.token_dir },
    });
    cleanups.push(() => started.stop());
    return started;
  };
  const token = async (principal: string) =>
    (await readFile(join(paths.token_dir, `${principal}.token`), "utf8")).trim();
  const connect = async (principal: string): Promise<KeyManagerClient> => {
    const client = connectKeyManager({ socket_path, token: await token(principal) });
    cleanups.push(() => client.close());
    return client;
  };
  return { ...paths, cleanups, socket_path, start, connect, token };
}
