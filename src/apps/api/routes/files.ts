import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type * as z from "zod";
import { hasCode } from "../../../base/index.ts";
import {
  createBrowser,
  recordLook,
  type SearchResult,
  searchBackup,
  searchWorkload,
} from "../../../control/browse/index.ts";
import type { Place } from "../../../control/browse/index.ts";
import { getProject, getWorkload } from "../../../control/inventory/index.ts";
import { chooseSource } from "../../../control/recover/index.ts";
import { coldBackup, isFrozen } from "../../../control/tiering/index.ts";
import { type BackupNode, pathBytes, pathText, readStream, writeTar } from "../../../engine/browse/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  fileContentQuerySchema,
  fileDetailSchema,
  fileFindQuerySchema,
  fileListQuerySchema,
  filePageSchema,
  fileQuerySchema,
  fileSearchQuerySchema,
  fileSearchSchema,
  idParamsSchema,
  problemSchema,
} from "../../../protocol/index.ts";
import { principalOf } from "../auth.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { entityTag, rangeOf } from "../ranges.ts";
import { withinReach } from "../reach.ts";
import { addRead } from "../route.ts";

const SCOPE = "files:read";
const READS_PER_MINUTE = 200_000;

export function addFileRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const browser = createBrowser(deps);
  const record = recordLook(deps);
  app.addHook("onClose", () => browser.close());
  const base = { tag: "files", scope: SCOPE };
  const ofBackup = { ...base, params: idParamsSchema };

  addRead(app, deps, {
    ...ofBackup,
    url: "/v1/backups/:id/files",
    operation_id: "get_folder",
    summary: "A folder of a backup, by the order of its names' bytes",
    query: fileListQuerySchema,
    response: filePageSchema,
    run: async ({ db, params, query, principal }) => {
      const place = await placeOf(db, params.id, query.region);
      await record({ ...subjectOf(place), principal, action: "browsed", path: null });
      const path = pathBytes(query.path);
      return browser.use(place, async (tree) => {
        const nodes = await tree.list(path);
        const from = query.page_token === undefined ? 0 : after(nodes, pathBytes(query.page_token));
        const page = nodes.slice(from, from + query.page_size);
        const last = from + page.length < nodes.length ? page.at(-1) : undefined;
        return {
          backup_id: params.id,
          path: `/${pathText(path)}`,
          items: page.map((node) => detailOf(node, path.length === 0 ? node.name : under(path, node.name))),
          next_page_token: last === undefined ? null : pathText(last.name),
        };
      });
    },
  });

  addRead(app, deps, {
    ...ofBackup,
    url: "/v1/backups/:id/files/entry",
    operation_id: "get_file",
    summary: "One entry of a backup: a file, a folder, a link",
    query: fileQuerySchema,
    response: fileDetailSchema,
    run: async ({ db, params, query, principal }) => {
      const place = await placeOf(db, params.id, query.region);
      await record({ ...subjectOf(place), principal, action: "browsed", path: null });
      const path = pathBytes(query.path);
      return browser.use(place, async (tree) => detailOf(await tree.get(path), path));
    },
  });

  addRead(app, deps, {
    ...ofBackup,
    url: "/v1/backups/:id/files/find",
    operation_id: "find_files",
    summary: "Names below a folder of a backup",
    query: fileFindQuerySchema,
    response: fileSearchSchema,
    run: async ({ db, params, query, principal }) => {
      const place = await placeOf(db, params.id, query.region);
      await record({ ...subjectOf(place), principal, action: "browsed", path: null });
      const request = { path: pathBytes(query.path), name: query.name, limit: query.limit };
      return hitsOf(await browser.use(place, (tree) => searchBackup(tree, request, deps.clock)));
    },
  });

  addRead(app, deps, {
    ...base,
    url: "/v1/files/search",
    operation_id: "search_files",
    summary: "A name in all backups of a workload, newest backup first",
    query: fileSearchQuerySchema,
    response: fileSearchSchema,
    run: async ({ db, query, principal }) => {
      const project_id = query.project === undefined ? undefined : (await getProject(db, query.project)).id;
      const workload = await getWorkload(db, query.workload, project_id);
      const look = { subject: workload.id, project_id: workload.project_id, principal };
      await record({ ...look, action: "searched", path: null });
      const request = { workload_id: workload.id, name: query.name, limit: query.limit };
      return hitsOf(await searchWorkload(db, browser, request, deps.clock));
    },
  });

  app.route({
    method: "GET",
    url: "/v1/backups/:id/files/content",
    // Each file that is read through a mount is a request.
    config: { scope: SCOPE, rateLimit: { max: READS_PER_MINUTE } },
    schema: {
      operationId: "read_file",
      tags: ["files"],
      summary: "Bytes of a file, all of them or a Range; or a folder as a tar archive. On record with name and path",
      description: `Needs the permission \`${SCOPE}\`.`,
      security: [{ token: [] }, { session: [] }],
      params: idParamsSchema,
      querystring: fileContentQuerySchema,
      produces: ["application/octet-stream", "application/x-tar"],
      response: { "4xx": problemSchema, "5xx": problemSchema },
    },
    handler: async (request, reply) => {
      const { id } = request.params as z.output<typeof idParamsSchema>;
      const query = request.query as z.output<typeof fileContentQuerySchema>;
      const place = await withinReach(deps.readers, request, (db) => placeOf(db, id, query.region));
      const path = pathBytes(query.path);
      const tar = query.format === "tar";
      const { tree, release } = await browser.borrow(place);
      reply.raw.once("close", release);
      try {
        const node = await tree.get(path);
        const look = { ...subjectOf(place), principal: principalOf(request), path: `/${pathText(path)}` };
        const name = node.name.toString() === "/" ? id : node.name.toString();
        reply.header(
          "content-disposition",
          `attachment; filename*=UTF-8''${encodeURIComponent(tar ? `${name}.tar` : name)}`,
        );
        if (tar) {
          if (await isFrozen(place, deps)) throw await coldBackup(place, deps);
          await record({ ...look, action: "downloaded" });
          if (request.method === "HEAD") return await reply.type("application/x-tar").send();
          return await reply.type("application/x-tar").send(Readable.from(writeTar(tree, path)));
        }
        const file = await tree.open(node);
        await record({ ...look, action: "read" });
        const tag = entityTag(node, id, path);
        reply.header("accept-ranges", "bytes").header("etag", tag);
        if (request.headers["if-none-match"] === tag) return await reply.code(304).send();
        const range = rangeOf(request.headers, node.size, tag);
        if (range === "unsatisfiable") {
          reply.header("content-range", `bytes */${node.size}`);
          throw apiError("API_RANGE", `the file has ${node.size} bytes`, { size_bytes: node.size });
        }
        const { start, end } = range ?? { start: 0, end: node.size };
        if (range !== undefined) reply.code(206).header("content-range", `bytes ${start}-${end - 1}/${node.size}`);
        reply.type("application/octet-stream").header("content-length", end - start);
        if (request.method === "HEAD") return await reply.send();
        // Said while a status can still be sent: behind it the connection could only break.
        for (const at of new Set([start, Math.max(start, end - 1)])) await file.read(at, 1);
        return await reply.send(Readable.from(readStream(file, start, end)));
      } catch (error) {
        release();
        throw hasCode(error, "STORE_ARCHIVED") ? await coldBackup(place, deps, error) : error;
      }
    },
  });
}

async function placeOf(db: Db, backup_id: string, region?: string): Promise<Place> {
  const { backup, region_id } = await chooseSource(db, backup_id, region, {
    // Looking into what is left of one is asked for by naming its region.
    read_damaged: region !== undefined,
  });
  return { backup_id: backup.id, project_id: backup.project_id, region_id };
}

function subjectOf({ backup_id, project_id }: Place) {
  return { subject: backup_id, project_id };
}

function under(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from("/"), name]);
}

/** Place of the first name behind the given one. */
function after(nodes: readonly BackupNode[], name: Buffer): number {
  let [low, high] = [0, nodes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare((nodes[middle] as BackupNode).name, name) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function entryOf(node: BackupNode, path: string) {
  return {
    name: pathText(node.name),
    path,
    type: node.type,
    mode: (node.mode & 0o7777).toString(8).padStart(4, "0"),
    uid: node.uid,
    gid: node.gid,
    nlink: node.nlink,
    size_bytes: node.size,
    modified_at: new Date(Number(node.mtime_ns / 1_000_000n)).toISOString(),
    target: node.link_target === undefined ? null : pathText(node.link_target),
  };
}

function detailOf(node: BackupNode, path: Buffer) {
  return {
    ...entryOf(node, `/${pathText(path)}`),
    mtime_ns: String(node.mtime_ns),
    xattrs: node.xattrs.map(({ name, value }) => ({
      name: pathText(Buffer.from(name)),
      value_base64: Buffer.from(value).toString("base64"),
    })),
  };
}

function hitsOf({ hits, searched_backups, complete }: SearchResult) {
  const items = hits.map(({ backup_id, created_at, path, node }) => ({
    ...entryOf(node, path),
    backup_id,
    created_at: created_at.toISOString(),
  }));
  return { items, searched_backups, complete };
}
