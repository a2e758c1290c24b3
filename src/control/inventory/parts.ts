import type { ApplicationPart, PartSource, Source, Tags, Workload, WorkloadType } from "../../model/index.ts";
import { inventoryError } from "./errors.ts";

/** Whose parts they are. */
interface Owner {
  readonly name: string;
  readonly project_id: string;
  readonly region_id: string;
  readonly tags: Tags;
}

interface Workloads {
  find(id_or_name: string): Promise<Workload>;
  create(input: {
    readonly name: string;
    readonly project: string;
    readonly region: string;
    readonly type: WorkloadType;
    readonly source: PartSource;
    readonly tags: Record<string, string>;
  }): Promise<Workload>;
}

const TYPES: Readonly<Record<PartSource["kind"], WorkloadType>> = {
  bucket: "bucket",
  files: "host",
  mariadb: "database",
  postgresql: "database",
  share: "share",
  vm: "vm",
  volume: "volume",
};

/**
 * The source with every part named by its workload's id; a part that brings its source becomes a workload of its own.
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_EXISTS, INVENTORY_INVALID for an application within an application
 */
export async function withParts(source: Source, owner: Owner, workloads: Workloads): Promise<Source> {
  if (source.kind !== "application") return source;
  const parts: ApplicationPart[] = [];
  for (const { source: own, workload, ...part } of source.parts) {
    const found =
      own === undefined
        ? await workloads.find(workload ?? "")
        : await workloads.create({
            name: `${owner.name}-${part.name}`,
            project: owner.project_id,
            region: owner.region_id,
            type: TYPES[own.kind],
            source: own,
            tags: { ...owner.tags, application: owner.name },
          });
    if (found.source.kind === "application") {
      const message = `part ${part.name} is the application ${found.name}: applications have no applications as parts`;
      throw inventoryError("INVENTORY_INVALID", message, { part: part.name });
    }
    parts.push({ ...part, workload: found.id });
  }
  return { ...source, parts };
}
