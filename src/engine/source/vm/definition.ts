import { existsSync } from "node:fs";
import { join } from "node:path";

/** What `vm.json` of a backup says, as far as a new machine is made of it. */
export interface VmDescription {
  readonly name: string | null;
  readonly machine?: string | null;
  readonly cpus?: number | null;
  readonly memory_bytes?: number | null;
  readonly nics?: readonly { readonly id: string; readonly mac: string }[];
  readonly devices?: readonly { readonly id: string; readonly type: string }[];
  readonly command_line?: readonly string[] | null;
  readonly disks: readonly {
    readonly name: string;
    readonly filename?: string;
    readonly path?: string;
    readonly format: string;
  }[];
  readonly firmware_files?: readonly { readonly name: string; readonly filename: string; readonly format: string }[];
  readonly left_out?: readonly { readonly device: string; readonly reason: string; readonly filename?: string }[];
}

export interface DiskNode {
  readonly name: string;
  /** As -blockdev takes it, with `node-name`. */
  readonly blockdev: Readonly<Record<string, unknown>> & { readonly "node-name": string };
}

export interface CommandOptions {
  readonly name: string;
  /** Sockets, serial log and pid file go here. */
  readonly folder: string;
  readonly disks: readonly DiskNode[];
  /** `none`: the new machine can disturb nobody. `user`: QEMU's own network behind this host's. */
  readonly network: "none" | "user";
}

const MIB = 1024 * 1024;
/** Taken over from the command line of the machine that was backed up: they name files of the host. */
const BOOT_OPTIONS = ["-kernel", "-initrd", "-append", "-bios", "-boot", "-cpu"];

/** A command line for a machine like the one described; the first word is the program. */
export function commandOf(vm: VmDescription, options: CommandOptions): string[] {
  const { name, folder, disks, network } = options;
  const at = (file: string) => join(folder, file);
  const args = ["qemu-system-x86_64", "-name", name, "-nodefaults", "-display", "none"];
  args.push("-machine", vm.machine ?? "q35", ...accelOf(vm.command_line ?? []));
  args.push("-smp", String(vm.cpus ?? 1), "-m", String(Math.ceil((vm.memory_bytes ?? 1024 * MIB) / MIB)));
  const line = vm.command_line ?? [];
  for (const option of BOOT_OPTIONS) {
    const value = line[line.indexOf(option) + 1];
    if (!line.includes(option) || value === undefined) continue;
    // The processor of a host with KVM is not there under emulation.
    if (option === "-cpu" && value.startsWith("host")) args.push("-cpu", "max");
    else args.push(option, value);
  }
  args.push(...firmwareOf(vm, folder));
  if (disks.some(({ name: disk }) => typeOf(vm, disk) === "scsi-hd")) args.push("-device", "virtio-scsi-pci,id=scsi");
  for (const [i, { name: disk, blockdev }] of disks.entries()) {
    const type = typeOf(vm, disk);
    const place = `drive=${blockdev["node-name"]},id=${disk}${line.includes("-kernel") ? "" : `,bootindex=${i + 1}`}`;
    args.push("-blockdev", JSON.stringify(blockdev), "-device", `${type},${place}`);
  }
  if (network === "user")
    for (const { mac } of vm.nics ?? []) args.push("-nic", `user,model=virtio-net-pci,mac=${mac}`);
  args.push("-device", "virtio-serial-pci");
  args.push("-chardev", `socket,id=qga,path=${at("agent.sock")},server=on,wait=off`);
  args.push("-device", "virtserialport,chardev=qga,name=org.qemu.guest_agent.0");
  args.push("-qmp", `unix:${at("qmp.sock")},server=on,wait=off`);
  args.push("-serial", `file:${at("serial.log")}`, "-pidfile", at("qemu.pid"));
  return args;
}

/** KVM where this host has it, else software; a machine that was told to run in software runs in software. */
function accelOf(line: readonly string[]): string[] {
  const told = line.filter((_, i) => line[i - 1] === "-accel");
  const emulated = told.length > 0 && told.every((accel) => accel.startsWith("tcg"));
  return emulated ? ["-accel", "tcg"] : ["-accel", "kvm", "-accel", "tcg"];
}

/** The kinds of disk controllers we build; others become virtio, which most guests can boot from. */
function typeOf(vm: VmDescription, disk: string): string {
  const type = vm.devices?.find(({ id }) => id === disk)?.type;
  return type === "scsi-hd" || type === "ide-hd" ? type : "virtio-blk-pci";
}

/** UEFI: its code is a file of the host, its variables are in the backup. */
function firmwareOf(vm: VmDescription, folder: string): string[] {
  const code = vm.left_out?.find(({ device, filename }) => /pflash0|flash0/.test(device) && filename !== undefined);
  const [variables] = vm.firmware_files ?? [];
  if (code?.filename === undefined || variables === undefined || !existsSync(code.filename)) return [];
  const own = join(folder, "firmware", variables.name);
  return [
    "-drive",
    `if=pflash,unit=0,format=raw,readonly=on,file=${code.filename}`,
    "-drive",
    `if=pflash,unit=1,format=${variables.format},file=${own}`,
  ];
}

/** The command as a shell script, for people. */
export function scriptOf(command: readonly string[]): string {
  const quoted = command.map((word) => (/^[\w./:=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return `#!/bin/sh\n# Starts the restored machine.\nexec ${quoted.join(" ")}\n`;
}
