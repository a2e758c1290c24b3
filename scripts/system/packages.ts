/** The Debian packages that suites use as outside oracles, and the one place that says so. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface SystemPackage {
  readonly name: string;
  /** Found on the PATH when the package is there. */
  readonly command: string;
  readonly reason: string;
  /** What is left out without it. */
  readonly suites: string;
}

export const SYSTEM_PACKAGES: readonly SystemPackage[] = [
  {
    name: "acl",
    command: "getfacl",
    reason: "setfacl and getfacl set and read POSIX ACLs independently of our own code",
    suites: "ACL cases of src/engine/posix, src/engine/source/files and the demo's comparison",
  },
  {
    name: "attr",
    command: "getfattr",
    reason: "setfattr and getfattr set and read extended attributes independently of our own code",
    suites: "xattr cases of src/engine/posix, src/engine/source/files and the demo's comparison",
  },
  {
    name: "e2fsprogs",
    command: "mkfs.ext4",
    reason: "mkfs.ext4 makes file systems of a few megabytes, to fill up and to pull away",
    suites: "the full-disk cases of src/engine/store/fs",
  },
  {
    name: "mount",
    command: "mount",
    reason: "mounts those file systems and tmpfs",
    suites: "the full-disk and other-device cases of src/engine/store/fs",
  },
  {
    name: "openssl",
    command: "openssl",
    reason: "makes certificates and speaks old TLS versions that must be refused",
    suites: "the mutual TLS cases of src/apps/keyd",
  },
  ...(
    [
      ["radosgw", "radosgw"],
      ["ceph-mon", "ceph-mon"],
      ["ceph-osd", "ceph-osd"],
      ["ceph-mgr", "ceph-mgr"],
      ["ceph-common", "ceph"],
    ] as const
  ).map(([name, command]) => ({
    name,
    command,
    reason: "a Ceph cluster in memory with an S3 gateway: versions and Object Lock as they really are",
    suites: "everything that speaks S3",
  })),
  {
    name: "postgresql-15",
    command: "/usr/lib/postgresql/15/bin/postgres",
    reason: "a real PostgreSQL to protect and to restore into",
    suites: "everything that protects PostgreSQL",
  },
  {
    name: "mariadb-server",
    command: "mariadbd",
    reason: "a real MariaDB to protect and to restore into",
    suites: "everything that protects MariaDB",
  },
  {
    name: "mariadb-backup",
    command: "mariadb-backup",
    reason: "the physical copy of a large MariaDB",
    suites: "the physical mode of MariaDB backups",
  },
  {
    name: "qemu-system-x86",
    command: "qemu-system-x86_64",
    reason: "real virtual machines, under software emulation",
    suites: "everything that protects VMs",
  },
  {
    name: "qemu-utils",
    command: "qemu-img",
    reason: "makes disk images and compares them independently of our own code",
    suites: "everything that protects VMs, and the NBD server's outside clients",
  },
  {
    name: "busybox-static",
    command: "busybox",
    reason: "the programs of a small Linux guest",
    suites: "the Linux guests of the VM suites",
  },
  {
    name: "qemu-guest-agent",
    command: "qemu-ga",
    reason: "freezes a guest's file systems, as in a real one",
    suites: "the Linux guests of the VM suites",
  },
  {
    name: "cpio",
    command: "cpio",
    reason: "packs a guest's first file system",
    suites: "the Linux guests of the VM suites",
  },
  {
    name: "btrfs-progs",
    command: "mkfs.btrfs",
    reason: "makes file systems whose files can be cloned",
    suites: "the clones of image files",
  },
  {
    name: "xfsprogs",
    command: "mkfs.xfs",
    reason: "makes file systems whose files can be cloned",
    suites: "the clones of image files",
  },
  {
    name: "libnbd-bin",
    command: "nbdinfo",
    reason: "speaks to our NBD server as others would",
    suites: "the NBD server's outside clients",
  },
  {
    name: "fuse3",
    command: "fusermount3",
    reason: "mounts and unmounts backups as a file system",
    suites: "baas mount",
  },
  {
    name: "guestfish",
    command: "guestfish",
    reason: "reads the file systems inside images of VMs and volumes",
    suites: "files inside images",
  },
  {
    name: "libguestfs-xfs",
    command: "/usr/lib/x86_64-linux-gnu/guestfs/supermin.d/packages-xfs",
    reason: "the part of it that reads XFS",
    suites: "files inside images of XFS",
  },
  {
    name: "ntfs-3g",
    command: "mkfs.ntfs",
    reason: "makes NTFS, and is what reads it inside images",
    suites: "files inside images of NTFS",
  },
  {
    name: "dosfstools",
    command: "mkfs.vfat",
    reason: "makes FAT file systems",
    suites: "files inside images of FAT",
  },
  {
    name: "mtools",
    command: "mcopy",
    reason: "fills FAT file systems",
    suites: "files inside images of FAT",
  },
  ...(
    [
      ["libvirt-daemon", "libvirtd"],
      ["libvirt-daemon-driver-qemu", "/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so"],
      ["libvirt-clients", "virsh"],
    ] as const
  ).map(([name, command]) => ({
    name,
    command,
    reason: "runs virtual machines as most hosts do",
    suites: "test/long/libvirt.long.ts",
  })),
  {
    name: "rclone",
    command: "rclone",
    reason: "a WebDAV client that is not ours",
    suites: "baas webdav",
  },
  {
    name: "softhsm2",
    command: "softhsm2-util",
    reason: "a PKCS#11 module with keys that cannot leave it",
    suites: "the PKCS#11 key manager",
  },
  {
    name: "prometheus",
    command: "promtool",
    reason: "promtool checks and runs alert rules, and lints what is scraped",
    suites: "the last case of src/apps/api/metrics.test.ts",
  },
  {
    name: "chromium",
    command: "chromium",
    reason: "the browser that drives the console",
    suites: "the console's end-to-end tests",
  },
  {
    name: "poppler-utils",
    command: "pdftotext",
    reason: "reads PDF documents independently of our own code",
    suites: "the text and pages of reports, drill reports and invoices",
  },
  {
    name: "faketime",
    command: "faketime",
    reason: "gives the S3 gateway a clock that tests can move past the end of a lock",
    suites: "the contract of stores on S3",
  },
];

const APT_LIMIT_MS = 5 * 60_000;
/** Also where Debian keeps root's programs when the PATH is a plain user's. */
const EXTRA_FOLDERS = ["/usr/sbin", "/sbin"];

function isPresent(command: string): boolean {
  if (command.startsWith("/")) return existsSync(command);
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...EXTRA_FOLDERS];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, command)));
}

function aptGet(args: readonly string[]): string | undefined {
  const result = spawnSync("apt-get", ["-q", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: APT_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (result.status === 0) return undefined;
  return (result.error?.message ?? `${result.stdout}\n${result.stderr}`).trim().split("\n").slice(-15).join("\n");
}

/**
 * Installs what is missing when we are root on Debian or Ubuntu. Whatever is still missing is listed with what it
 * leaves out; the suites concerned skip those cases with the same reason.
 */
export function ensureSystemPackages(print: (line: string) => void, packages = SYSTEM_PACKAGES): void {
  const missing = packages.filter((wanted) => !isPresent(wanted.command));
  if (missing.length === 0) return;
  const names = missing.map((wanted) => wanted.name);
  if (process.getuid?.() === 0 && isPresent("apt-get")) {
    print(`setup: apt-get install ${names.join(" ")} …`);
    const error = aptGet(["update"]) ?? aptGet(["install", "-y", "--no-install-recommends", ...names]);
    if (error !== undefined) print(`setup: apt-get failed:\n${error}`);
  }
  for (const wanted of missing.filter(({ command }) => !isPresent(command))) {
    print(`setup: ${wanted.name} is not installed (${wanted.reason}). Left out: ${wanted.suites}`);
  }
}
