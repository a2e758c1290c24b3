import { openVolume } from "../../engine/source/volume/index.ts";
import type { SourceDriver, SourceOf } from "./driver.ts";

/** A block device or an image file, as of one instant when somebody takes snapshots of it. */
export const volumeDriver: SourceDriver<SourceOf<"volume">> = {
  kind: "volume",
  root: (source) => `/volume${source.path}`,
  open: (source, { backup_id, parent, signal }) =>
    openVolume({
      root: `/volume${source.path}`,
      path: source.path,
      snapshot: source.snapshot ?? "none",
      backup_id,
      parent,
      signal,
      ...(source.ceph_conf === undefined ? {} : { ceph_conf: source.ceph_conf }),
    }),
};
