import { useQuery } from "@tanstack/react-query";
import { binlogQuery, walQuery } from "../../api/queries-business.ts";

export interface LogState {
  readonly state: string;
  readonly message: string | null;
  readonly rpo_seconds: number | null;
  readonly last_at: string | null;
  /** Where the log stands, in the server's own words. */
  readonly place: string | null;
  /** Of PostgreSQL: the slot that keeps what was not read yet. */
  readonly slot: string | null;
  readonly lag_bytes: number | null;
  readonly gaps: readonly {
    readonly from: string;
    readonly to: string;
    readonly from_time: string | null;
    readonly found_at: string;
    readonly reason: string;
  }[];
}

/** How the streaming of a database's log stands; undefined while unknown, null when none is streamed. */
export function useLog(workload_id: string, kind: string | null): LogState | null | undefined {
  const wal = useQuery({ ...walQuery(), enabled: kind === "postgresql" });
  const binlogs = useQuery({ ...binlogQuery(), enabled: kind === "mariadb" });
  if (kind === "postgresql") {
    if (wal.data === undefined) return undefined;
    const it = wal.data.items.find((archive) => archive.workload_id === workload_id);
    if (it === undefined) return null;
    const { state, message, rpo_seconds, lag_bytes, last_commit_at, flushed_lsn, slot_status } = it;
    const gaps = it.gaps.map(({ from_lsn, to_lsn, ...gap }) => ({ ...gap, from: from_lsn, to: to_lsn }));
    return {
      state,
      message,
      rpo_seconds,
      lag_bytes,
      last_at: last_commit_at,
      place: flushed_lsn,
      slot: slot_status,
      gaps,
    };
  }
  if (kind !== "mariadb") return null;
  if (binlogs.data === undefined) return undefined;
  const it = binlogs.data.items.find((archive) => archive.workload_id === workload_id);
  if (it === undefined) return null;
  const { state, message, rpo_seconds, last_event_at, file, position, gaps } = it;
  const place = file === null ? null : `${file}:${position ?? 0}`;
  return { state, message, rpo_seconds, lag_bytes: null, last_at: last_event_at, place, slot: null, gaps };
}
