import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api, take } from "../../api/client.ts";
import { backupQuery, recoveryPointsQuery } from "../../api/queries.ts";
import type { Backup, Workload } from "../../api/types.ts";
import { useLog } from "./log.ts";

/** Kinds that are brought to any second: databases by their log, applications by those of their parts. */
const KINDS = ["postgresql", "mariadb", "application"] as const;
export type LogKind = (typeof KINDS)[number];

export function logKindOf(workload: Workload): LogKind | null {
  return KINDS.find((kind) => kind === workload.source.kind) ?? null;
}

export interface Reach {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly backups: readonly Backup[];
  readonly gaps: readonly { readonly from_ms: number; readonly to_ms: number; readonly reason: string }[];
}

const RENEW_MS = 10_000;
const SECOND_MS = 1000;

/** The backup that a recovery to a moment begins with; its problem says what can be reached. */
export const recoveryBaseQuery = (workload_id: string, to_time: string | null) =>
  queryOptions({
    queryKey: ["recovery-base", workload_id, to_time],
    queryFn: ({ signal }) =>
      take(
        api.GET("/v1/workloads/{id}/recovery-base", {
          signal,
          params: { path: { id: workload_id }, query: to_time === null ? {} : { to_time } },
        }),
      ),
    retry: false,
    placeholderData: keepPreviousData,
    staleTime: RENEW_MS,
  });

/** From when to when this workload can be recovered to any second; null while unknown, or without a backup. */
export function useReach(
  workload_id: string,
  kind: LogKind,
): { readonly reach: Reach | null; readonly error: unknown } {
  const points = useQuery(recoveryPointsQuery(workload_id));
  const usable = (points.data ?? []).filter((it) => it.state === "AVAILABLE");
  const oldest = usable.at(-1);
  const first = useQuery({ ...backupQuery(oldest?.id ?? ""), enabled: oldest !== undefined });
  const newest = useQuery({
    ...recoveryBaseQuery(workload_id, null),
    enabled: oldest !== undefined,
    refetchInterval: RENEW_MS,
  });
  const log = useLog(workload_id, kind);
  const error = points.error ?? newest.error;
  if (oldest === undefined || newest.data === undefined || first.data === undefined) return { reach: null, error };
  const { backup_id, restorable } = newest.data;
  const latest = restorable.latest ?? restorable.earliest;
  const only = backup_id === oldest.id ? restorable.earliest : null;
  const from_ms = Date.parse(first.data.restorable?.earliest ?? only ?? oldest.completed_at ?? oldest.created_at);
  const gaps = (log?.gaps ?? []).flatMap((gap) => {
    if (gap.from_time === null) return [];
    const gap_ms = Date.parse(gap.from_time);
    // What was lost ends with the next backup: from there on the log leads again.
    const after = usable.findLast((it) => Date.parse(it.created_at) > gap_ms);
    const to_ms = after === undefined ? Date.parse(gap.found_at) : Date.parse(after.completed_at ?? after.created_at);
    return [{ from_ms: gap_ms, to_ms, reason: gap.reason }];
  });
  // Whole seconds inside: the ends themselves are fractions of one.
  return {
    reach: {
      from_ms: Math.ceil(from_ms / SECOND_MS) * SECOND_MS,
      to_ms: Math.max(from_ms, Math.floor(Date.parse(latest) / SECOND_MS) * SECOND_MS),
      backups: usable,
      gaps,
    },
    error,
  };
}
