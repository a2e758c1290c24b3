import { rm, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../../base/index.ts";
import { queryBlock, qomPath } from "./machine.ts";
import { BITMAP, isOwn, PREFIX } from "./names.ts";
import type { QmpClient } from "./qmp.ts";
import { within } from "./json-lines.ts";

const GONE_MS = 20_000;
const POLL_MS = 50;

interface Graph {
  readonly nodes: readonly { readonly id: number; readonly name: string }[];
  readonly edges: readonly { readonly parent: number; readonly child: number; readonly name: string }[];
}

/**
 * Takes everything of ours out of a QEMU but bitmaps: exports, filters, scratch. Finds it by what QEMU says, so that it
 * works after a crash at any step, and may be repeated.
 * @returns whether there was anything
 */
export async function reclaim(qmp: QmpClient, clock: Clock, scratch: string): Promise<boolean> {
  const exports = async () => (await qmp.attempt<{ id: string }[]>("query-block-exports")) ?? [];
  const own = (await exports()).filter(({ id }) => isOwn(id));
  for (const { id } of own) await qmp.attempt("block-export-del", { id, mode: "hard" });
  const gone = async () => {
    while ((await exports()).some(({ id }) => isOwn(id))) await clock.sleep(POLL_MS);
  };
  await within(clock, GONE_MS, gone(), "an export does not end");
  const graph = await qmp.execute<Graph>("x-debug-query-block-graph");
  const nodes = graph.nodes.filter(({ name }) => isOwn(name));
  if ((own.length > 0 || nodes.length > 0) && (await exports()).length === 0) await qmp.attempt("nbd-server-stop");

  // snapshot-access nodes hang on filters, filters on their disk and their scratch.
  const remove = async (kind: string) => {
    for (const { name } of nodes)
      if (name.startsWith(`${PREFIX}${kind}-`)) await qmp.execute("blockdev-del", { "node-name": name });
  };
  await remove("snap");
  const by_id = new Map(graph.nodes.map((node) => [node.id, node.name]));
  for (const { qdev, inserted } of await queryBlock(qmp)) {
    const filter = graph.nodes.find(({ name }) => name === inserted?.["node-name"] && isOwn(name));
    if (filter === undefined || qdev === undefined) continue;
    const below = graph.edges.find(({ parent, name }) => parent === filter.id && name === "file");
    const value = by_id.get(below?.child ?? -1);
    if (value !== undefined) await qmp.execute("qom-set", { path: qomPath(qdev), property: "drive", value });
  }
  await remove("cbw");
  await remove("fleece");
  const left = (await readdir(scratch).catch(() => [])).filter((name) => name.endsWith(".fleece"));
  for (const name of left) await rm(join(scratch, name), { force: true });
  return own.length > 0 || nodes.length > 0 || left.length > 0;
}

/**
 * Leaves of our bitmaps the one that records since the parent backup, and makes it whole: when a backup did not get
 * done, its own bitmap knows what the parent's has missed since.
 */
export async function settleBitmaps(qmp: QmpClient, node: string, since_parent: string | undefined): Promise<void> {
  const disk = (await queryBlock(qmp)).find(({ inserted }) => inserted?.["node-name"] === node);
  const own = (disk?.inserted?.["dirty-bitmaps"] ?? []).filter(({ name }) => name.startsWith(BITMAP));
  const kept = own.find(({ name, inconsistent }) => name === since_parent && inconsistent !== true);
  const others = own.filter((bitmap) => bitmap !== kept);
  if (kept !== undefined && !kept.recording) {
    await qmp.execute("block-dirty-bitmap-enable", { node, name: kept.name });
    const usable = others.filter(({ inconsistent, recording }) => inconsistent !== true && recording);
    if (usable.length > 0)
      await qmp.execute("block-dirty-bitmap-merge", {
        node,
        target: kept.name,
        bitmaps: usable.map(({ name }) => name),
      });
    else {
      // Nobody recorded in between: it says less than is true.
      await qmp.execute("block-dirty-bitmap-remove", { node, name: kept.name });
    }
  }
  for (const { name } of others) await qmp.execute("block-dirty-bitmap-remove", { node, name });
}
