import { openVolume } from "../../engine/source/volume/index.ts";
import type { SourceDriver, SourceOf } from "./driver.ts";

/** A block device or an image file, read as it stands. */
export const volumeDriver: SourceDriver<SourceOf<"volume">> = {
  kind: "volume",
  root: (source) => `/volume${source.path}`,
  open: (source) => openVolume({ path: source.path }),
};
