import { totalmem } from "node:os";

const BUFFERS_MB_MIN = 128;
const BUFFERS_MB_MAX = 1024;
const MIB = 1024 ** 2;

/** What our own PostgreSQL is started with. */
export function settingsOf({
  socket_dir,
  port,
  durable,
}: {
  readonly socket_dir: string;
  readonly port: number;
  readonly durable: boolean;
}): Readonly<Record<string, string>> {
  const on = durable ? "on" : "off";
  return {
    listen_addresses: "",
    port: String(port),
    unix_socket_directories: socket_dir,
    unix_socket_permissions: "0700",
    max_connections: "100",
    fsync: on,
    full_page_writes: on,
    synchronous_commit: on,
    timezone: "UTC",
    log_timezone: "UTC",
    logging_collector: "off",
    shared_buffers: `${buffers_mb(durable)}MB`,
    // What is read often lies in memory, the rest mostly on disks that do not seek: a page here or there costs alike.
    random_page_cost: "1.1",
    effective_cache_size: `${Math.max(256, Math.floor(memory_mb() / 2))}MB`,
  };
}

/** A sixteenth of the memory there is; taken from the system as it fills. Tests run dozens of servers. */
function buffers_mb(durable: boolean): number {
  if (!durable) return BUFFERS_MB_MIN;
  return Math.min(BUFFERS_MB_MAX, Math.max(BUFFERS_MB_MIN, Math.floor(memory_mb() / 16)));
}

/** Of this machine, or of the container. */
function memory_mb(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / MIB;
}
