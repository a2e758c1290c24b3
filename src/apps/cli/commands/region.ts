import { resolve } from "node:path";
import { cliError, EXIT } from "../errors.ts";
import { formatBytes } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { placeOf, s3RegionOf, type S3RegionOptions, s3RegionOptions } from "../s3.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { showPages } from "../server/lists.ts";
import { parseSize } from "../size.ts";
import { renderTable } from "../table.ts";

interface AddOptions extends ServerOptions, S3RegionOptions {
  readonly country: string;
  readonly path?: string;
  readonly url?: string;
  readonly quota?: number;
}

export const register: Register = (program, io) => {
  const example = "baas region add bd-ctg-1 --country BD --path /srv/backups/ctg";
  const region = group(program, "region", "where backups are kept", example);

  const add = serverCommand(
    region,
    "add",
    "Add a region: a name, a country, and a folder on the server or a bucket.",
    `${example}
  $ baas region add bd-dha-2 --country BD --url s3://backups/dha --endpoint https://s3.example.org --credentials env:DHA`,
  )
    .argument("<name>", "name of the region")
    .requiredOption("--country <code>", "two-letter country code, e.g. BD")
    .option("--path <dir>", "folder on the server that holds the region's objects")
    .option("--url <url>", "s3://bucket/prefix that holds them; best a bucket with Object Lock")
    .option("--quota <size>", "refuse to store more than this in a folder, e.g. 500GiB", parseSize);
  s3RegionOptions(add).action(async (name: string, options: AddOptions) => {
    const store = await regionStoreOf(io, options);
    const { api } = await connectServer(io, options);
    const made = unwrap(
      await api.POST("/v1/regions", {
        params: { header: idempotencyKey(io) },
        body: { name, country: options.country, store },
      }),
    );
    show(io, options, made, () => `region ${made.name} (${made.id}) added: ${placeOf(made.store)}`);
  });

  serverCommand(
    region,
    "test",
    "Find out what a region's storage really does: write, lock, read, try to delete.\nTakes about 20 seconds.",
    "baas region test bd-dha-2",
  )
    .argument("<name>", "name or id of the region")
    .action(async (name: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const params = { path: { id: name }, header: idempotencyKey(io) };
      const found = unwrap(await api.POST("/v1/regions/{id}/test", { params }));
      show(io, options, found, ({ findings, store, usable, lock_modes }) => {
        const table = renderTable(findings, [
          { title: "what", value: (row) => row.what },
          { title: "does it", value: (row) => row.verdict },
          { title: "found", value: (row) => row.detail },
        ]);
        const modes = lock_modes.length === 0 ? "none" : lock_modes.join(", ");
        return `${table}\n\n${store}: ${usable ? "usable" : "NOT usable"}; locks that hold: ${modes}`;
      });
      if (!found.usable) io.exit_code = EXIT.failed;
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
        { title: "place", value: (row) => placeOf(row.store), shrink: true },
        {
          title: "quota",
          value: ({ store }) =>
            store.kind === "s3" || store.quota_bytes === undefined ? null : formatBytes(store.quota_bytes),
        },
        { title: "id", value: (row) => row.id },
      ],
      empty: "no regions yet: baas region add NAME --country CC --path DIR, or --url s3://BUCKET/PREFIX",
    });
  });
};

/** @throws CLI_USAGE, STORE_BAD_CONFIG */
async function regionStoreOf(io: CliIo, options: AddOptions) {
  const { path, url, quota } = options;
  if ((path === undefined) === (url === undefined)) throw cliError("CLI_USAGE", "give either --path or --url");
  if (path !== undefined) {
    const folder = { kind: "fs", path: resolve(io.cwd, path) } as const;
    return quota === undefined ? folder : { ...folder, quota_bytes: quota };
  }
  if (quota !== undefined) throw cliError("CLI_USAGE", "--quota bounds folders; set a bucket's quota at its service");
  return s3RegionOf(io, url ?? "", options);
}

/** `500GiB`, `500G`, `1000000`: powers of 1024. */
