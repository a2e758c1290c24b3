import { withTransaction } from "../../platform/db/index.ts";
import { storeConfigSchema } from "../../model/index.ts";
import { listRegions } from "../inventory/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { Enqueued, JobHandler } from "../jobs/index.ts";
import { placeName } from "../repositories/index.ts";
import { rebuildCatalog } from "./rebuild.ts";
import type { RebuildPorts } from "./rebuild.ts";
import type { RegionPlace } from "./walk.ts";

/** Asks for a rebuild from the regions the server knows and any more places given. */
export async function requestRebuild(ports: RebuildPorts, places: readonly RegionPlace[] = []): Promise<Enqueued> {
  return withTransaction(ports.db, (tx) =>
    enqueueJob(tx, { kind: "catalog_rebuild", input: { stores: places.map(({ store }) => store) } }, ports),
  );
}

export function rebuildHandler(ports: RebuildPorts): JobHandler {
  return {
    kind: "catalog_rebuild",
    steps: ["rebuild"],
    async run(context) {
      const more = storeConfigSchema.array().parse(context.job.input["stores"] ?? []);
      const report = await context.step("rebuild", async () => {
        const known = await listRegions(ports.db);
        const places = [
          ...known,
          ...more
            .filter((store) => !known.some((region) => placeName(region.store) === placeName(store)))
            .map((store) => ({ store })),
        ];
        const onManifest = (files_done: number) =>
          context.progress({
            phase: "read manifests",
            files_done,
            files_total: null,
            bytes_done: 0,
            bytes_total: null,
            rate_bytes_per_s: 0,
            eta_ms: null,
          });
        return { ...(await rebuildCatalog(places, ports, { signal: context.signal, onManifest })) };
      });
      const clean = report.skipped.length === 0 && report.missing.length === 0;
      return { state: clean ? "SUCCEEDED" : "SUCCEEDED_WITH_WARNINGS", result: report };
    },
  };
}
