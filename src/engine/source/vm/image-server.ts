import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { hasCode, type Clock } from "../../../base/index.ts";
import { NbdClient } from "../../nbd/index.ts";
import { vmError } from "./errors.ts";
import type { DeclaredImage } from "./options.ts";

const run = promisify(execFile);
const START_MS = 10_000;
const POLL_MS = 50;

export interface ImageInfo {
  readonly "virtual-size": number;
  readonly "format-specific"?: {
    readonly data?: { readonly bitmaps?: readonly { readonly name: string; readonly flags: readonly string[] }[] };
  };
}

/** @throws VM_UNREACHABLE */
export async function imageInfo({ path, format }: Pick<DeclaredImage, "path" | "format">): Promise<ImageInfo> {
  try {
    const { stdout } = await run("qemu-img", ["info", "-U", "--output=json", "-f", format, path], {
      timeout: START_MS,
    });
    return JSON.parse(stdout) as ImageInfo;
  } catch (error) {
    throw vmError("VM_UNREACHABLE", `${path} cannot be read as ${format}: ${String(error)}`, { path }, error);
  }
}

/** Serves an image file until ended; QEMU's own lock keeps it from being used by a machine meanwhile. */
export async function serveImage(
  image: DeclaredImage,
  socket: string,
  clock: Clock,
  options: { readonly writable?: boolean; readonly bitmap?: string | undefined } = {},
): Promise<{ end(): Promise<void> }> {
  const { name, path, format } = image;
  const args = ["--persistent", "-e", "4", "-x", name, "-k", socket, "-f", format, "--discard=unmap"];
  if (options.writable !== true) args.push("--read-only");
  if (options.bitmap !== undefined) args.push("-B", options.bitmap);
  const child = spawn("qemu-nbd", [...args, path], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-1000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      said += error.message;
      resolve();
    });
    child.once("exit", () => resolve());
  });
  const end = async () => {
    child.kill();
    await ended;
  };
  for (const until_ms = clock.monotonic_ms() + START_MS; ; ) {
    try {
      const probe = await NbdClient.connect({ address: { path: socket }, export_name: name });
      await probe.close();
      return { end };
    } catch (error) {
      const over = child.exitCode !== null || said !== "" || clock.monotonic_ms() > until_ms;
      if (hasCode(error, "NBD_UNREACHABLE") && !over) {
        await clock.sleep(POLL_MS);
        continue;
      }
      await end();
      throw vmError("VM_UNREACHABLE", `${path} cannot be opened: ${said.trim()}`, { path }, error);
    }
  }
}
