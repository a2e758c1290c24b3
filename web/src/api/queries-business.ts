import { queryOptions } from "@tanstack/react-query";
import { api, take } from "./client.ts";

/** Usage, prices, subscriptions, invoices, tiers, write-ahead logs, files in backups. */

const MINUTE_MS = 60_000;

export const usageQuery = (project: string, month: string) =>
  queryOptions({
    queryKey: ["usage", project, month],
    queryFn: ({ signal }) => take(api.GET("/v1/usage", { signal, params: { query: { project, month } } })),
    enabled: project !== "",
  });

export const workloadCostQuery = (id: string) =>
  queryOptions({
    queryKey: ["usage", "workload", id],
    queryFn: ({ signal }) => take(api.GET("/v1/workloads/{id}/cost", { signal, params: { path: { id } } })),
  });

export const pricesQuery = () =>
  queryOptions({ queryKey: ["prices"], queryFn: ({ signal }) => take(api.GET("/v1/prices", { signal })) });

export const subscriptionsQuery = () =>
  queryOptions({
    queryKey: ["subscriptions"],
    queryFn: ({ signal }) => take(api.GET("/v1/subscriptions", { signal })),
  });

export const invoicesQuery = () =>
  queryOptions({ queryKey: ["invoices"], queryFn: ({ signal }) => take(api.GET("/v1/invoices", { signal })) });

export const invoiceQuery = (id: string) =>
  queryOptions({
    queryKey: ["invoices", id],
    queryFn: ({ signal }) => take(api.GET("/v1/invoices/{id}", { signal, params: { path: { id } } })),
  });

export const tiersQuery = () =>
  queryOptions({ queryKey: ["tiers"], queryFn: ({ signal }) => take(api.GET("/v1/tiers", { signal })) });

export const tierPlanQuery = (project: string, region: string) =>
  queryOptions({
    queryKey: ["tiers", "plan", project, region],
    queryFn: ({ signal }) => take(api.GET("/v1/tiers/plan", { signal, params: { query: { project, region } } })),
    retry: false,
  });

export const thawsQuery = (backup_id?: string) =>
  queryOptions({
    queryKey: ["thaws", backup_id ?? ""],
    queryFn: ({ signal }) =>
      take(api.GET("/v1/thaws", { signal, params: { query: backup_id === undefined ? {} : { backup_id } } })),
    refetchInterval: MINUTE_MS / 4,
  });

export const walQuery = () =>
  queryOptions({
    queryKey: ["wal"],
    queryFn: ({ signal }) => take(api.GET("/v1/wal", { signal })),
    refetchInterval: MINUTE_MS / 6,
  });

export const binlogQuery = () =>
  queryOptions({
    queryKey: ["wal", "binlogs"],
    queryFn: ({ signal }) => take(api.GET("/v1/binlogs", { signal })),
    refetchInterval: MINUTE_MS / 6,
  });

export const folderQuery = (id: string, path: string, page_token?: string) =>
  queryOptions({
    queryKey: ["files", id, path, page_token ?? ""],
    queryFn: ({ signal }) =>
      take(
        api.GET("/v1/backups/{id}/files", {
          signal,
          params: {
            path: { id },
            query: { path, page_size: 1000, ...(page_token === undefined ? {} : { page_token }) },
          },
        }),
      ),
    // A backup never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const findFilesQuery = (id: string, path: string, name: string) =>
  queryOptions({
    queryKey: ["files", "find", id, path, name],
    queryFn: ({ signal }) =>
      take(
        api.GET("/v1/backups/{id}/files/find", {
          signal,
          params: { path: { id }, query: { path, name: /[*?]/.test(name) ? name : `*${name}*`, limit: 1000 } },
        }),
      ),
    enabled: name !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
