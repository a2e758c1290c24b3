import { binlogKind } from "./binlog-stream.ts";
import { type Archiving, type ArchivingPorts, type LogKind, supervise } from "./supervise.ts";
import { walKind } from "./wal-stream.ts";

/**
 * Streams the logs of every database that has one and that no other server streams.
 * @param more kinds of log that later rooms know
 */
export function startArchiving(owner: string, ports: ArchivingPorts, more: readonly LogKind[] = []): Archiving {
  return supervise(owner, [walKind(ports) as LogKind, binlogKind(ports) as LogKind, ...more], ports);
}
