import type { QmpClient } from "./qmp.ts";

export interface DirtyBitmap {
  readonly name: string;
  readonly recording: boolean;
  readonly persistent: boolean;
  readonly inconsistent?: boolean;
}

export interface VmDisk {
  /** Stable over restarts of the VM: the device's id, or the node's name. Names its image in the backup. */
  readonly name: string;
  /** Of the device the guest sees, for qom-set. */
  readonly qom_path: string;
  readonly node: string;
  readonly format: string;
  readonly filename: string;
  readonly size_bytes: number;
  readonly bitmaps: readonly DirtyBitmap[];
}

export interface LeftOut {
  readonly device: string;
  readonly reason: string;
  readonly filename?: string;
}

interface BlockInfo {
  readonly device: string;
  readonly qdev?: string;
  readonly removable: boolean;
  readonly inserted?: {
    readonly "node-name": string;
    readonly drv: string;
    readonly ro: boolean;
    readonly file: string;
    readonly image: { readonly filename: string; readonly "virtual-size": number };
    readonly "dirty-bitmaps"?: readonly DirtyBitmap[];
  };
}

export async function queryBlock(qmp: QmpClient): Promise<readonly BlockInfo[]> {
  return qmp.execute<BlockInfo[]>("query-block");
}

export function qomPath(qdev: string): string {
  const path = qdev.replace(/\/virtio-backend$/, "");
  return path.startsWith("/") ? path : `/machine/peripheral/${path}`;
}

/** The disks a backup reads, and what else there is. Empty `only` is all of them. */
export async function listDisks(
  qmp: QmpClient,
  only: readonly string[],
  excluded: readonly string[],
): Promise<{ readonly disks: VmDisk[]; readonly firmware: VmDisk[]; readonly left_out: LeftOut[] }> {
  const [disks, firmware, left_out]: [VmDisk[], VmDisk[], LeftOut[]] = [[], [], []];
  for (const info of await queryBlock(qmp)) {
    const { inserted } = info;
    const qdev = info.qdev ?? "";
    const device = qdev === "" ? info.device : qdev;
    if (inserted === undefined) continue;
    if (inserted.ro) {
      left_out.push({ device, reason: "read-only", filename: inserted.image.filename });
      continue;
    }
    if (qdev === "") {
      left_out.push({ device, reason: "attached to no device" });
      continue;
    }
    const node = inserted["node-name"];
    const id = /^\/machine\/peripheral\/([^/]+)/.exec(qomPath(qdev))?.[1];
    const raw_name = id ?? (node.startsWith("#") ? info.device || `disk${disks.length}` : node);
    const disk: VmDisk = {
      name: raw_name.replaceAll(/[^A-Za-z0-9._-]/g, "_"),
      qom_path: qomPath(qdev),
      node,
      format: inserted.drv,
      filename: inserted.image.filename,
      size_bytes: inserted.image["virtual-size"],
      bitmaps: inserted["dirty-bitmaps"] ?? [],
    };
    // NVRAM of UEFI: a few hundred KiB that the firmware writes now and then; a device without a changeable drive.
    if (info.device.startsWith("pflash") || /\/system\.flash\d/.test(qdev)) firmware.push(disk);
    else if (excluded.includes(disk.name) || (only.length > 0 && !only.includes(disk.name)))
      left_out.push({ device, reason: "not selected by the source" });
    else disks.push(disk);
  }
  return { disks, firmware, left_out };
}

/** What a new machine needs to be like this one. */
export async function describeMachine(qmp: QmpClient): Promise<Readonly<Record<string, unknown>>> {
  const [name, uuid, version, cpus, memory, machine, nics, devices, firmware] = await Promise.all([
    qmp.attempt<{ name?: string }>("query-name"),
    qmp.attempt<{ UUID: string }>("query-uuid"),
    qmp.attempt<{ qemu: { major: number; minor: number; micro: number } }>("query-version"),
    qmp.attempt<{ type: string; "vcpus-count": number; "qom-path"?: string }[]>("query-hotpluggable-cpus"),
    qmp.attempt<{ "base-memory": number; "plugged-memory"?: number }>("query-memory-size-summary"),
    qmp.attempt<string>("qom-get", { path: "/machine", property: "type" }),
    qmp.attempt<{ name: string; "main-mac": string }[]>("query-rx-filter"),
    qmp.attempt<{ name: string; type: string }[]>("qom-list", { path: "/machine/peripheral" }),
    qmp.attempt<string>("qom-get", { path: "/machine", property: "firmware" }),
  ]);
  const qemu = version?.qemu;
  return {
    name: name?.name ?? null,
    uuid: uuid?.UUID ?? null,
    qemu_version: qemu === undefined ? null : `${qemu.major}.${qemu.minor}.${qemu.micro}`,
    machine: machine?.replace(/-machine$/, "") ?? null,
    cpus: (cpus ?? []).reduce((sum, cpu) => sum + (cpu["qom-path"] === undefined ? 0 : cpu["vcpus-count"]), 0),
    cpu_type: cpus?.[0]?.type.replace(/-(x86_64|i386|arm|aarch64)-cpu$/, "") ?? null,
    memory_bytes: memory === undefined ? null : memory["base-memory"] + (memory["plugged-memory"] ?? 0),
    firmware: firmware ?? null,
    nics: (nics ?? []).map((nic) => ({ id: nic.name, mac: nic["main-mac"] })),
    devices: (devices ?? [])
      .filter(({ name: id }) => id !== "type")
      .map(({ name: id, type }) => ({ id, type: type.replace(/^child<(.*)>$/, "$1") })),
  };
}
