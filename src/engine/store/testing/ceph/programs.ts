import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What the gateway needs of the machine. */
const PROGRAMS = ["ceph", "ceph-mon", "ceph-mgr", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool"];
const FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/local/bin"];

/** Why there can be no gateway here; `undefined` when there can. */
export function gatewayMissing(): string | undefined {
  const missing = PROGRAMS.filter((program) => !FOLDERS.some((folder) => existsSync(join(folder, program))));
  if (missing.length === 0) return undefined;
  return `no Ceph gateway on this machine (${missing.join(", ")} missing): packages radosgw, ceph-mon, ceph-osd, ceph-mgr, ceph-common`;
}

/** The library that gives a process a clock of its own, from Debian's package `libfaketime`. */
export function faketimeLibrary(): string | undefined {
  const root = "/usr/lib";
  for (const machine of existsSync(root) ? readdirSync(root) : []) {
    const library = join(root, machine, "faketime/libfaketime.so.1");
    if (existsSync(library)) return library;
  }
  return undefined;
}
