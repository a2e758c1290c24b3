/** A small real Linux for tests: Debian's cloud kernel, busybox, and QEMU's guest agent, in an initramfs of our own. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

const MODULES = [
  "virtio/virtio_ring.ko",
  "virtio/virtio.ko",
  "virtio/virtio_pci_modern_dev.ko",
  "virtio/virtio_pci_legacy_dev.ko",
  "virtio/virtio_pci.ko",
  "block/virtio_blk.ko",
  "char/virtio_console.ko",
];

/**
 * Mounts the first disk, if it has a file system, and writes numbered records to it: each is acknowledged on the serial
 * console once it is durable. Beside that it keeps the disk busy.
 */
const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
exec >/dev/ttyS0 2>&1
for m in ${MODULES.map((path) => basename(path)).join(" ")}; do insmod /modules/$m; done
echo INIT-OK
for p in /sys/class/virtio-ports/*; do
  [ "$(cat $p/name)" = org.qemu.guest_agent.0 ] && qemu-ga -m virtio-serial -p /dev/\${p##*/} -t /tmp -f /tmp/ga.pid -d
done
i=0; while [ ! -e /dev/vda ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done
if mount -t ext4 /dev/vda /data; then
  echo MOUNTED $(tail -n 1 /data/log 2>/dev/null)
  n=$(tail -n 1 /data/log 2>/dev/null); n=\${n:-0}
  ( k=0; while true; do k=$(( (k+1) % 6 ))
    dd if=/dev/urandom of=/data/busy$k bs=64k count=24 2>/dev/null
    rm -f /data/busy$(( (k+3) % 6 )); sleep 0.2; done ) &
  while true; do
    n=$((n+1))
    echo $n | dd of=/data/log conv=fsync,notrunc oflag=append 2>/dev/null; echo ACK $n; sleep 0.05; done
fi
sleep 1000000
`;

export interface GuestFiles {
  readonly kernel: string;
  readonly initrd: string;
}

/** Made once for a machine's user and kept. @returns why it cannot be made */
export function linuxGuest(): GuestFiles | string {
  const home = join(tmpdir(), `holdfast-guest-1-${process.getuid?.() ?? 0}`);
  const files = { kernel: join(home, "vmlinuz"), initrd: join(home, "initrd.gz") };
  if (existsSync(files.initrd)) return files;
  for (const tool of ["/usr/bin/busybox", "/usr/sbin/qemu-ga", "/usr/bin/cpio", "/usr/bin/apt-get"])
    if (!existsSync(tool)) return `needs ${tool}`;
  const work = mkdtempSync(join(tmpdir(), "holdfast-guest-"));
  try {
    const sh = (command: string) =>
      execFileSync("sh", ["-ec", command], { cwd: work, encoding: "utf8", stdio: "pipe" });
    chmodSync(work, 0o755);
    sh(
      "apt-get download -q $(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p' | head -n 1) && dpkg -x linux-image-*.deb kernel",
    );
    const version = readdirSync(join(work, "kernel/lib/modules"))[0] as string;
    const root = join(work, "root");
    for (const folder of ["bin", "modules", "proc", "sys", "dev", "tmp", "data", "lib64", "etc", "var/run", "run"])
      mkdirSync(join(root, folder), { recursive: true });
    for (const module of MODULES)
      cpSync(
        join(work, "kernel/lib/modules", version, "kernel/drivers", module),
        join(root, "modules", basename(module)),
      );
    cpSync("/usr/bin/busybox", join(root, "bin/busybox"));
    cpSync("/usr/sbin/qemu-ga", join(root, "bin/qemu-ga"));
    for (const [library] of sh("ldd /usr/sbin/qemu-ga").matchAll(/(?<=\s)\/[^\s:]+/g)) {
      mkdirSync(join(root, dirname(library)), { recursive: true });
      cpSync(library, join(root, library), { dereference: true, recursive: true });
    }
    writeFileSync(join(root, "init"), INIT, { mode: 0o755 });
    mkdirSync(join(work, "out"));
    sh(`cd root && find . | cpio -o -H newc --quiet | gzip -1 > ../out/initrd.gz`);
    cpSync(join(work, "kernel/boot", `vmlinuz-${version}`), join(work, "out/vmlinuz"));
    if (!existsSync(home)) renameSync(join(work, "out"), home);
    return files;
  } catch (error) {
    return `the guest could not be made: ${String(error)}`;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What a machine needs beside its disks to boot it. */
export function bootArgs({ kernel, initrd }: GuestFiles): string[] {
  return ["-kernel", kernel, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1 mitigations=off"];
}
