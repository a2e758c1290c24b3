/** A real QEMU for tests: software emulation, one monitor for the product and one for the test. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock as clock } from "../../../../base/index.ts";
import { QmpClient } from "../qmp.ts";

export interface TestDisk {
  readonly id: string;
  readonly path: string;
  readonly format: "raw" | "qcow2";
}

export interface MachineOptions {
  readonly folder: string;
  readonly disks: readonly TestDisk[];
  /** More of QEMU's arguments, e.g. a kernel. */
  readonly args?: readonly string[];
}

export function makeImage({ path, format }: TestDisk, size_bytes: number): void {
  execFileSync("qemu-img", ["create", "-q", "-f", format, path, String(size_bytes)]);
}

export class TestMachine {
  readonly qmp: string;
  readonly agent: string;
  readonly serial: string;
  readonly pid: number;
  readonly monitor: QmpClient;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(folder: string, child: ChildProcess, monitor: QmpClient, ended: Promise<void>) {
    this.qmp = join(folder, "qmp.sock");
    this.agent = join(folder, "agent.sock");
    this.serial = join(folder, "serial.log");
    this.pid = child.pid as number;
    this.monitor = monitor;
    this.#child = child;
    this.#ended = ended;
  }

  static async start({ folder, disks, args = [] }: MachineOptions): Promise<TestMachine> {
    mkdirSync(folder, { recursive: true });
    const at = (name: string) => join(folder, name);
    const drives = disks.flatMap(({ id, path, format }) => [
      "-blockdev",
      JSON.stringify({
        driver: format,
        "node-name": `${id}-node`,
        discard: "unmap",
        file: { driver: "file", filename: path, discard: "unmap" },
      }),
      "-device",
      `virtio-blk-pci,drive=${id}-node,id=${id}`,
    ]);
    // Without anything to boot the processor halts at its first instruction, and takes no time from others.
    const halting = args.length === 0;
    if (halting) writeFileSync(at("halt.bin"), Buffer.alloc(65_536, 0xf4));
    const child = spawn(
      "qemu-system-x86_64",
      [
        ..."-accel tcg -nodefaults -display none -machine q35 -m 256 -name test-vm -device virtio-serial-pci".split(
          " ",
        ),
        "-qmp",
        `unix:${at("qmp.sock")},server=on,wait=off`,
        "-qmp",
        `unix:${at("test.sock")},server=on,wait=off`,
        "-chardev",
        `socket,id=qga,path=${at("agent.sock")},server=on,wait=off`,
        "-device",
        "virtserialport,chardev=qga,name=org.qemu.guest_agent.0",
        "-serial",
        `file:${at("serial.log")}`,
        ...(halting ? ["-bios", at("halt.bin")] : []),
        ...drives,
        ...args,
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let said = "";
    child.stderr.on("data", (bytes: Buffer) => {
      said += bytes.toString();
    });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    for (let i = 0; ; i++) {
      try {
        const monitor = await QmpClient.connect(at("test.sock"), clock);
        return new TestMachine(folder, child, monitor, ended);
      } catch (error) {
        if (i > 100 || child.exitCode !== null) throw new Error(`QEMU did not start: ${said}`, { cause: error });
        await clock.sleep(50);
      }
    }
  }

  /** What a guest would do to its disk: goes through whatever is above the image. */
  async io(disk: string, command: string): Promise<void> {
    const target = `/machine/peripheral/${disk}/virtio-backend`;
    const said = await this.monitor.execute<string>("human-monitor-command", {
      "command-line": `qemu-io -d ${target} "${command}"`,
    });
    if (/error|failed/i.test(said)) throw new Error(said);
  }

  /** Everything of ours in it, for tests that want none left: names of nodes, exports and bitmaps. */
  async leftovers(): Promise<{ readonly nodes: string[]; readonly exports: string[]; readonly bitmaps: string[] }> {
    const nodes =
      await this.monitor.execute<{ "node-name": string; "dirty-bitmaps"?: { name: string }[] }[]>(
        "query-named-block-nodes",
      );
    const exports = await this.monitor.execute<{ id: string }[]>("query-block-exports");
    return {
      nodes: nodes.map((node) => node["node-name"]).filter((name) => name.startsWith("holdfast")),
      exports: exports.map(({ id }) => id),
      bitmaps: nodes.flatMap((node) => (node["dirty-bitmaps"] ?? []).map(({ name }) => name)),
    };
  }

  async status(): Promise<string> {
    return (await this.monitor.execute<{ status: string }>("query-status")).status;
  }

  /** @param signal SIGKILL is a crash; otherwise QEMU closes its images in order */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    this.monitor.close();
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await this.#ended;
  }
}

/** A boot sector that says BOOT-OK on the serial console and halts: a whole guest in 512 bytes. */
export function bootSector(): Buffer {
  const code = Buffer.from("fc31c08ed8baf803be167cac08c07403eeebf8f4ebfd", "hex");
  const sector = Buffer.alloc(512);
  code.copy(sector);
  sector.write("BOOT-OK\r\n\0", code.length, "latin1");
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
