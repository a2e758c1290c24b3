import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { vmError } from "./errors.ts";
import type { DeclaredImage } from "./options.ts";
import { child, children, type Element, parseXml } from "./xml.ts";

const run = promisify(execFile);
const VIRSH_MS = 20_000;
const XML_BYTES_MAX = 4 * 1024 * 1024;

/** What libvirt knows of a machine of its. */
export interface LibvirtDomain {
  readonly name: string;
  /** Of the second monitor, which the domain's definition brings. */
  readonly qmp: string;
  /** Disks that are files or block devices of this host, called as QEMU calls them while the machine runs. */
  readonly images: readonly DeclaredImage[];
  /** The definition, as `virsh define` takes it. */
  readonly xml: string;
}

/**
 * By libvirt's own tool.
 * @param monitor where the second monitor is, if the definition does not say
 * @throws VM_LIBVIRT_FAILED, VM_LIBVIRT_NO_MONITOR */
export async function readDomain(uri: string, domain: string, monitor?: string): Promise<LibvirtDomain> {
  const xml = await virsh(uri, ["dumpxml", "--domain", domain]);
  const defined = parseXml(xml);
  const name = child(defined, "name")?.text ?? domain;
  const qmp = monitor ?? monitorOf(defined);
  if (qmp === undefined)
    throw vmError("VM_LIBVIRT_NO_MONITOR", `the definition of ${domain} has no second monitor`, { uri, domain });
  return { name, qmp, images: imagesOf(defined), xml };
}

async function virsh(uri: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run("virsh", ["-q", "-c", uri, ...args], {
      timeout: VIRSH_MS,
      maxBuffer: XML_BYTES_MAX,
      encoding: "utf8",
    });
    return stdout;
  } catch (error) {
    const { code, stderr = "", killed } = error as { code?: unknown; stderr?: string; killed?: boolean };
    const why =
      code === "ENOENT"
        ? "virsh is not installed here"
        : killed === true
          ? `virsh did not answer within ${VIRSH_MS / 1000} s`
          : stderr.trim().replaceAll("\n", "; ");
    throw vmError("VM_LIBVIRT_FAILED", `${uri}: ${why}`, { uri }, error);
  }
}

/** `-qmp unix:PATH,…` among the arguments that go to QEMU as they are. */
export function monitorOf(domain: Element): string | undefined {
  const line = child(domain, "qemu:commandline");
  const args = line === undefined ? [] : children(line, "qemu:arg").map(({ attributes }) => attributes["value"] ?? "");
  const at = args.findIndex((arg, i) => args[i - 1] === "-qmp" && arg.startsWith("unix:/"));
  return at < 0 ? undefined : (args[at] as string).slice("unix:".length).split(",")[0];
}

export function imagesOf(domain: Element): DeclaredImage[] {
  const devices = child(domain, "devices");
  const images: DeclaredImage[] = [];
  for (const disk of devices === undefined ? [] : children(devices, "disk")) {
    if ((disk.attributes["device"] ?? "disk") !== "disk" || child(disk, "readonly") !== undefined) continue;
    const source = child(disk, "source")?.attributes;
    const path = source?.["file"] ?? source?.["dev"];
    const name = nameOf(disk);
    const format = child(disk, "driver")?.attributes["type"] ?? "raw";
    if (path === undefined || name === undefined || (format !== "raw" && format !== "qcow2")) continue;
    images.push({ name, path, format });
  }
  return images;
}

/** As libvirt calls the device of a running machine; one that is stopped has no names yet, but will have these. */
function nameOf(disk: Element): string | undefined {
  const alias = child(disk, "alias")?.attributes["name"];
  if (alias !== undefined) return alias;
  const { bus = "", dev = "" } = child(disk, "target")?.attributes ?? {};
  const { controller = "0", bus: on = "0", target = "0", unit = "0" } = child(disk, "address")?.attributes ?? {};
  if (bus === "virtio") return `virtio-disk${indexOf(dev)}`;
  if (bus === "scsi") return `scsi${controller}-${on}-${target}-${unit}`;
  return bus === "ide" || bus === "sata" ? `${bus}${controller}-${on}-${unit}` : undefined;
}

/** `vda` is 0, `vdaa` is 26. */
function indexOf(dev: string): number {
  return [...dev.replace(/^[a-z]d/, "")].reduce((sum, letter) => sum * 26 + (letter.charCodeAt(0) - 96), 0) - 1;
}
