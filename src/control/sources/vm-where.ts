import { type DeclaredImage, readDomain, vmError } from "../../engine/source/vm/index.ts";
import type { SourceOf } from "./driver.ts";

export interface VmPlace {
  readonly qmp: string;
  readonly images: readonly DeclaredImage[] | undefined;
  /** Files beside the disks in a backup: the domain's definition. */
  readonly beside: Readonly<Record<string, Buffer>>;
}

/** Where a machine's monitor and images are: as its source says, else as libvirt does. @throws VM_LIBVIRT_* */
export async function whereIs(source: SourceOf<"vm">): Promise<VmPlace> {
  const { qmp, images, libvirt, disks, exclude_disks = [] } = source;
  if (libvirt === undefined) {
    if (qmp === undefined) throw vmError("VM_UNREACHABLE", "the source names no monitor");
    return { qmp, images, beside: {} };
  }
  const domain = await readDomain(libvirt.uri, libvirt.domain, qmp);
  const found = domain.images.filter(
    ({ name }) => (disks === undefined || disks.includes(name)) && !exclude_disks.includes(name),
  );
  return {
    qmp: domain.qmp,
    images: images ?? (found.length === 0 ? undefined : found),
    beside: { "libvirt.xml": Buffer.from(domain.xml) },
  };
}
