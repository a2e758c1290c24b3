import { loadConfig } from "../../../platform/config/index.ts";
import { startWorker } from "../../server/index.ts";
import type { CommonOptions } from "../io.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";

interface WorkerOptions extends CommonOptions {
  readonly data?: string;
  readonly keys?: string;
  readonly name?: string;
  readonly logLevel?: string;
}

const DESCRIPTION = `Run a worker in the foreground, and stop it with Ctrl-C: it does jobs, and nothing else.

Any number of them work beside one server on its PostgreSQL (DATABASE_URL). Jobs are leased: what a worker that died had
under way is taken up by another within a minute.`;

export const register: Register = (program, io) => {
  program
    .command("worker")
    .summary("do jobs beside a server")
    .description(DESCRIPTION)
    .option("--data <dir>", "data folder of the server: its key manager's socket and tokens (BAAS_DATA_DIR)")
    .option("--keys <dir>", "folder of the key manager (BAAS_KEYS_DIR)")
    .option("--name <name>", "unique among workers; by default host and process")
    .option("--log-level <level>", "trace, debug, info, warn, error")
    .option("--json", "print what it is as JSON")
    .addHelpText("after", "\nExample:\n  $ DATABASE_URL=postgres://db/holdfast baas worker --data /srv/holdfast\n")
    .action(async (options: WorkerOptions) => {
      const config = loadConfig({ flags: { data_dir: options.data, "log.level": options.logLevel }, env: io.env });
      const keys_dir = options.keys ?? io.env["BAAS_KEYS_DIR"];
      const worker = await startWorker({
        config,
        ...(keys_dir === undefined ? {} : { keys_dir }),
        ...(options.name === undefined ? {} : { name: options.name }),
      });
      try {
        const { name, agents_url } = worker;
        show(io, options, { name, agents_url }, () => `worker ${name} is at work. Stop it with Ctrl-C.`);
        const ended = AbortSignal.any([io.signal, worker.lost]);
        if (!ended.aborted) await new Promise<void>((resolve) => ended.addEventListener("abort", () => resolve()));
        worker.lost.throwIfAborted();
      } finally {
        await worker.close();
      }
    });
};
