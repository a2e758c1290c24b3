import { NbdClient, type ReadableFile } from "../../nbd/index.ts";
import { vmError } from "./errors.ts";

const WRITE_BYTES = 1024 * 1024;
const WRITES = 8;
const ZERO_BYTES = 1024 * 1024 * 1024;

/** Makes a served image hold exactly what the file of a backup does. @param onBytes told after each stretch */
export async function writeImage(
  file: ReadableFile,
  socket: string,
  export_name: string,
  options: { readonly signal: AbortSignal; readonly onBytes: (count: number) => void },
): Promise<void> {
  const client = await NbdClient.connect({ address: { path: socket }, export_name, signal: options.signal });
  try {
    if (client.size_bytes !== file.size)
      throw vmError(
        "VM_RESTORE_FAILED",
        `the image has ${client.size_bytes} bytes, the backup's disk ${file.size}: make it that size first`,
      );
    const under_way = new Set<Promise<void>>();
    const failed: unknown[] = [];
    const start = async (work: Promise<void>, length: number) => {
      const each = work
        .then(() => options.onBytes(length))
        .catch((error: unknown) => {
          failed.push(error);
        })
        .finally(() => under_way.delete(each));
      under_way.add(each);
      while (under_way.size >= WRITES) await Promise.race(under_way);
      if (failed.length > 0) throw failed[0];
    };
    for (const { offset, length, hole } of file.stretches()) {
      const step = hole ? ZERO_BYTES : WRITE_BYTES;
      for (let at = offset; at < offset + length; at += step) {
        options.signal.throwIfAborted();
        const count = Math.min(step, offset + length - at);
        await start(hole ? client.writeZeroes(at, count) : client.write(at, await file.read(at, count)), count);
      }
    }
    while (under_way.size > 0) await Promise.race(under_way);
    if (failed.length > 0) throw failed[0];
    await client.flush();
  } finally {
    await client.close();
  }
}
