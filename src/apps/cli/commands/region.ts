import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { formatBytes } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { showPages } from "../server/lists.ts";

interface AddOptions extends ServerOptions {
  readonly country: string;
  readonly path: string;
  readonly quota?: number;
}

export const register: Register = (program, io) => {
  const example = "baas region add bd-ctg-1 --country BD --path /srv/backups/ctg";
  const region = group(program, "region", "where backups are kept", example);

  serverCommand(region, "add", "Add a region: a name, a country and a folder on the server.", example)
    .argument("<name>", "name of the region")
    .requiredOption("--country <code>", "two-letter country code, e.g. BD")
    .requiredOption("--path <dir>", "folder on the server that holds the region's objects")
    .option("--quota <size>", "refuse to store more than this, e.g. 500GiB", parseSize)
    .action(async (name: string, options: AddOptions) => {
      const { api } = await connectServer(io, options);
      const path = resolve(io.cwd, options.path);
      const quota = options.quota === undefined ? {} : { quota_bytes: options.quota };
      const made = unwrap(
        await api.POST("/v1/regions", {
          params: { header: idempotencyKey(io) },
          body: { name, country: options.country, store: { kind: "fs", path, ...quota } },
        }),
      );
      show(io, options, made, () => `region ${made.name} (${made.id}) added: ${path}`);
    });

  serverCommand(region, "list", "List the regions.", "baas region list").action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    await showPages(io, options, {
      fetch: async (page_token) => {
        const query = { page_size: PAGE_SIZE, ...(page_token === undefined ? {} : { page_token }) };
        return unwrap(await api.GET("/v1/regions", { params: { query } }));
      },
      columns: [
        { title: "name", value: (row) => row.name },
        { title: "country", value: (row) => row.country },
        { title: "path", value: (row) => row.store.path, shrink: true },
        {
          title: "quota",
          value: (row) => (row.store.quota_bytes === undefined ? null : formatBytes(row.store.quota_bytes)),
        },
        { title: "id", value: (row) => row.id },
      ],
      empty: "no regions yet: baas region add NAME --country CC --path DIR",
    });
  });
};

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** `500GiB`, `500G`, `1000000`: powers of 1024. */
function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?$/i.exec(text);
  const unit = UNITS[(match?.[2] ?? "").toLowerCase()];
  if (match === null || unit === undefined) throw new InvalidArgumentError("a size such as 500GiB");
  const power = match[2] === "" ? 0 : unit;
  return Math.round(Number(match[1]) * 1024 ** power);
}
