import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { asHoldfastError } from "../../base/index.ts";
import type { Clock } from "../../base/index.ts";
import { connectKeyManager } from "../../engine/keyservice/index.ts";
import type { KeyManagerClient } from "../../engine/keyservice/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { startKeyManagerProcess } from "../keyd/index.ts";
import type { KeyManagerProcess } from "../keyd/index.ts";
import type { Layout } from "./layout.ts";

export interface SupervisedKeyManager {
  /** May wrap and unwrap, and nothing else. */
  readonly keys: KeyManagerClient;
  /** May create keys and edit the access list, and neither wrap nor unwrap. */
  readonly key_admin: KeyManagerClient;
  stop(): Promise<void>;
}

const RESTART_AFTER_MS = 1_000;

/**
 * Starts the key manager's process, and again whenever it ends without being asked to. Jobs that need it meanwhile are
 * retried.
 */
export async function superviseKeyManager(
  layout: Layout,
  ports: { log: Logger; clock: Clock; vault_file?: string | undefined },
): Promise<SupervisedKeyManager> {
  const { log, clock, vault_file } = ports;
  const stopping = new AbortController();
  const start = () =>
    startKeyManagerProcess({
      dir: layout.keys_dir,
      socket_path: layout.key_socket,
      log_file: layout.key_log,
      init: { token_dir: layout.token_dir },
      ...(vault_file === undefined ? {} : { vault_file }),
      clock,
    });
  let current: KeyManagerProcess = await start();

  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const code = await current.exited;
      if (stopping.signal.aborted) return;
      log.error({ code, log_file: layout.key_log }, "the key manager ended; starting it again");
      while (!stopping.signal.aborted) {
        try {
          await clock.sleep(RESTART_AFTER_MS, stopping.signal);
          current = await start();
          break;
        } catch (error) {
          if (!stopping.signal.aborted) log.error({ error: asHoldfastError(error) }, "the key manager does not start");
        }
      }
    }
  })();

  const token = async (principal: string) =>
    (await readFile(join(layout.token_dir, `${principal}.token`), "utf8")).trim();
  const keys = connectKeyManager({ socket_path: layout.key_socket, token: await token("server") });
  const key_admin = connectKeyManager({ socket_path: layout.key_socket, token: await token("admin") });
  return {
    keys,
    key_admin,
    async stop() {
      stopping.abort(new Error("stopping"));
      keys.close();
      key_admin.close();
      await current.stop();
      await watching;
    },
  };
}
