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
  readonly ownKeys?: boolean;
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
    .option("--own-keys", "projects get a master key of their own here, apart from those of other regions")
    .option("--quota <size>", "refuse to store more than this in a folder, e.g. 500GiB", parseSize);
  s3RegionOptions(add).action(async (name: string, options: AddOptions) => {
    const store = await regionStoreOf(io, options);
    const { api } = await connectServer(io, options);
    const made = unwrap(
      await api.POST("/v1/regions", {
        params: { header: idempotencyKey(io) },
        body: { name, country: options.country, store, own_keys: options.ownKeys ?? false },
      }),
    );
    show(io, options, made, () => `region ${made.name} (${made.id}) added: ${placeOf(made.store)}`);
  });

  serverCommand(
    region,
    "keys",
    "Give projects a master key of their own in this region, or the one they have elsewhere.\nProjects that have backups here already change over with their next rotation.",
    "baas region keys bd-ctg-1 --own",
  )
    .argument("<name>", "name or id of the region")
    .option("--own", "a key of their own")
    .option("--shared", "the key they have elsewhere")
    .action(async (id: string, options: ServerOptions & { own?: boolean; shared?: boolean }) => {
      if (options.own === options.shared) throw cliError("CLI_USAGE", "give either --own or --shared");
      const { api } = await connectServer(io, options);
      const params = { path: { id }, header: idempotencyKey(io) };
      const body = { own_keys: options.own === true };
      const changed = unwrap(await api.POST("/v1/regions/{id}/keys", { params, body }));
      show(io, options, changed, ({ name, own_keys }) =>
        own_keys
          ? `projects have keys of their own in ${name}; those with backups there: baas key rotate --project NAME`
          : `projects have the same key in ${name} as elsewhere; those with another: baas key rotate --project NAME`,
      );
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
        { title: "keys", value: (row) => (row.own_keys ? "own" : "shared") },
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
