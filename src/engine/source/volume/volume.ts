import type { StreamSource } from "../stream/index.ts";
import { lvmThin, zfs } from "./commands.ts";
import { volumeError } from "./errors.ts";
import { plain } from "./plain.ts";
import type { SnapshotKind, SnapshotProvider, VolumeOptions } from "./provider.ts";
import { rbd } from "./rbd.ts";
import { reflink } from "./reflink.ts";

const PROVIDERS: Readonly<Record<SnapshotKind, SnapshotProvider>> = {
  none: plain,
  reflink,
  "lvm-thin": lvmThin,
  zfs,
  rbd,
};
const IMAGE = "volume.raw";

/** Opens a volume for one backup, as of one instant where its provider can. @throws VOLUME_* */
export async function openVolume(options: VolumeOptions): Promise<StreamSource> {
  const { path, snapshot: kind } = options;
  const snapshot = await PROVIDERS[kind].take(options);
  const size = snapshot.size_bytes;
  let incremental = false;
  return {
    kind: "volume",
    root: options.root,
    async *entries(context) {
      context.expect(1, size);
      if (kind === "none") {
        const { code, message } = volumeError(
          "VOLUME_CRASH_CONSISTENT",
          "it was read without a snapshot: what was written meanwhile may be in it in part",
        );
        context.problem({ path, code, message });
      }
      incremental = snapshot.comparable && (await context.parent?.size(IMAGE)) === size;
      yield {
        type: "file",
        path: IMAGE,
        content: { kind: "image", parts: snapshot.parts(context, incremental) },
        size_hint: size,
        attributes: { mode: 0o600 },
      };
    },
    details: async () => ({
      size_bytes: size,
      snapshot: kind,
      base: snapshot.base,
      read: incremental ? "incremental" : "full",
    }),
    close: () => snapshot.release(),
  };
}
