/** What libguestfs needs to start on machines without a kernel of their own, such as containers. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @returns why files in images cannot be read here; `false` when they can */
export function imagesSkip(): string | false {
  if (process.getuid?.() !== 0) return "needs root, to make images";
  for (const tool of [
    "/usr/bin/guestfish",
    "/usr/bin/qemu-system-x86_64",
    "/usr/sbin/mkfs.ext4",
    "/usr/sbin/mkfs.vfat",
  ])
    if (!existsSync(tool)) return `needs ${tool}`;
  if (existsSync("/boot") && readdirSync("/boot").some((name) => name.startsWith("vmlinuz"))) return false;
  if (process.env["SUPERMIN_KERNEL"] !== undefined) return false;
  const home = join(tmpdir(), "holdfast-kernel-1");
  if (!existsSync(home)) {
    const work = mkdtempSync(join(tmpdir(), "holdfast-kernel-"));
    try {
      chmodSync(work, 0o755);
      const script = `apt-get download -q $(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p' | head -n 1)
        dpkg -x linux-image-*.deb kernel; rm linux-image-*.deb; depmod -b kernel $(ls kernel/lib/modules)`;
      execFileSync("sh", ["-ec", script], { cwd: work, stdio: "pipe" });
      if (!existsSync(home)) renameSync(join(work, "kernel"), home);
    } catch (error) {
      return `there is no kernel, and none could be had: ${String(error)}`;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  const version = readdirSync(join(home, "lib/modules"))[0] as string;
  mkdirSync("/lib/modules", { recursive: true }); // looked at, even where it is not used
  process.env["SUPERMIN_KERNEL"] = join(home, "boot", `vmlinuz-${version}`);
  process.env["SUPERMIN_MODULES"] = join(home, "lib/modules", version);
  return false;
}
