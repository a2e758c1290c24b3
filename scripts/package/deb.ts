import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface DebOptions {
  readonly root: string;
  readonly executable: string;
  readonly version: string;
  /** Debian's name of the processor, e.g. `amd64`. */
  readonly architecture: string;
  readonly into: string;
}

/** One package for hosts and servers alike; neither service is started by itself. @returns its path */
export function makeDeb({ root, executable, version, architecture, into }: DebOptions): string {
  const tree = join(into, "deb");
  rmSync(tree, { recursive: true, force: true });
  const folders = ["DEBIAN", "usr/bin", "lib/systemd/system", "etc/holdfast-agent", "usr/share/doc/holdfast"];
  for (const folder of folders) mkdirSync(join(tree, folder), { recursive: true, mode: 0o755 });
  for (const name of ["hooks.d", "commands.d"]) mkdirSync(join(tree, "etc/holdfast-agent", name), { mode: 0o755 });
  cpSync(executable, join(tree, "usr/bin/baas"));
  chmodSync(join(tree, "usr/bin/baas"), 0o755);
  for (const name of ["holdfast-agent.service", "holdfast.service"]) {
    cpSync(join(root, "packaging/systemd", name), join(tree, "lib/systemd/system", name));
  }
  cpSync(join(root, "packaging/deb/agent.yaml"), join(tree, "etc/holdfast-agent/agent.yaml"));
  cpSync(join(root, "LICENSE"), join(tree, "usr/share/doc/holdfast/copyright"));
  const control = [
    "Package: holdfast",
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    "Maintainer: Holdfast <packages@holdfast.invalid>",
    "Section: admin",
    "Priority: optional",
    "Depends: libc6 (>= 2.28), libstdc++6",
    "Recommends: util-linux",
    "Description: Backup as a service, self-hosted",
    " The command baas: agent for hosts that back themselves up, server, and",
    " command line, in one file.",
  ];
  writeFileSync(join(tree, "DEBIAN/control"), `${control.join("\n")}\n`);
  writeFileSync(join(tree, "DEBIAN/conffiles"), "/etc/holdfast-agent/agent.yaml\n");
  for (const name of ["postinst", "prerm", "postrm"]) {
    cpSync(join(root, "packaging/deb", name), join(tree, "DEBIAN", name));
    chmodSync(join(tree, "DEBIAN", name), 0o755);
  }
  const path = join(into, `holdfast_${version}_${architecture}.deb`);
  // The executable's content is compressed already.
  execFileSync("dpkg-deb", ["--root-owner-group", "-Zgzip", "-z1", "--build", tree, path], { stdio: "ignore" });
  rmSync(tree, { recursive: true, force: true });
  return path;
}
