import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "./client.ts";

/** Drills, reports, holds, audit, approvals. */

const PAGE_SIZE = 200;
const MINUTE_MS = 60_000;
const POLL_MS = 2000;
const first: { initialPageParam: string | undefined } = { initialPageParam: undefined };
const nextToken = (page: { next_page_token: string | null }) => page.next_page_token ?? undefined;

/** Without what is empty. */
const listed = (filter: string, page_size = PAGE_SIZE) => ({ page_size, ...(filter === "" ? {} : { filter }) });

export const drillsQuery = (filter: string) =>
  queryOptions({
    queryKey: ["drills", "list", filter],
    queryFn: ({ signal }) => take(api.GET("/v1/drills", { signal, params: { query: { ...listed(filter, 1000) } } })),
    refetchInterval: ({ state }) =>
      state.data?.items.some((it) => it.state === "RUNNING") === true ? POLL_MS : MINUTE_MS,
  });

export const drillQuery = (id: string) =>
  queryOptions({
    queryKey: ["drills", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/drills/{id}", { signal, params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.state === "RUNNING" ? POLL_MS / 2 : false),
  });

export const drillPlansQuery = () =>
  queryOptions({
    queryKey: ["drills", "plans"],
    queryFn: ({ signal }) => take(api.GET("/v1/drill-plans", { signal, params: { query: { page_size: PAGE_SIZE } } })),
  });

export const drillPlanQuery = (id: string) =>
  queryOptions({
    queryKey: ["drills", "plans", id],
    queryFn: ({ signal }) => take(api.GET("/v1/drill-plans/{id}", { signal, params: { path: { id } } })),
  });

export const proofsQuery = () =>
  queryOptions({
    queryKey: ["drills", "proofs"],
    queryFn: ({ signal }) => take(api.GET("/v1/proofs/summary", { signal })),
    refetchInterval: MINUTE_MS,
  });

export const tasksQuery = (filter: string) =>
  queryOptions({
    queryKey: ["drills", "tasks", filter],
    queryFn: ({ signal }) => take(api.GET("/v1/tasks", { signal, params: { query: listed(filter) } })),
  });

export const reportsQuery = (filter: string) =>
  queryOptions({
    queryKey: ["reports", "list", filter],
    queryFn: ({ signal }) => take(api.GET("/v1/reports", { signal, params: { query: listed(filter) } })),
    refetchInterval: ({ state }) =>
      state.data?.items.some((it) => it.state === "MAKING") === true ? POLL_MS : MINUTE_MS,
  });

export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: ["reports", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/reports/{id}", { signal, params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.state === "MAKING" ? POLL_MS / 2 : false),
  });

export const reportFileQuery = (id: string, name: string) =>
  queryOptions({
    queryKey: ["reports", "file", id, name],
    queryFn: ({ signal }) => take(api.GET("/v1/reports/{id}/files/{name}", { signal, params: { path: { id, name } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const holdsQuery = (filter: string) =>
  queryOptions({
    queryKey: ["holds", filter],
    queryFn: ({ signal }) => take(api.GET("/v1/holds", { signal, params: { query: listed(filter) } })),
  });

export const auditQuery = (filter: string) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ signal, pageParam }) =>
      take(
        api.GET("/v1/audit", {
          signal,
          params: { query: { ...listed(filter), ...(pageParam === undefined ? {} : { page_token: pageParam }) } },
        }),
      ),
    getNextPageParam: nextToken,
    ...first,
  });

export const approvalsQuery = () =>
  queryOptions({
    queryKey: ["approvals"],
    queryFn: ({ signal }) => take(api.GET("/v1/approvals", { signal, params: { query: { page_size: PAGE_SIZE } } })),
    refetchInterval: MINUTE_MS / 2,
  });

export const approvalRulesQuery = () =>
  queryOptions({
    queryKey: ["approvals", "rules"],
    queryFn: ({ signal }) => take(api.GET("/v1/approval-rules", { signal })),
  });
