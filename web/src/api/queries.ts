import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "./client.ts";

/** Questions to the server, each under a key that begins with the noun the event stream knows. */

const PAGE_SIZE_MAX = 1000;
/** Relative times and clocks stay true without events. */
const MINUTE_MS = 60_000;

export interface ListArgs {
  readonly filter?: string;
  readonly order_by?: string;
  readonly page_size?: number;
}

const clean = <T extends object>(args: T): T =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined && value !== "")) as T;

type Paged<T> = { readonly items: readonly T[]; readonly next_page_token: string | null };
const nextToken = (page: { next_page_token: string | null }) => page.next_page_token ?? undefined;
const first: { initialPageParam: string | undefined } = { initialPageParam: undefined };

export const overviewQuery = () =>
  queryOptions({
    queryKey: ["overview"],
    queryFn: ({ signal }) => take(api.GET("/v1/overview", { signal })),
    refetchInterval: MINUTE_MS,
  });

const HOUR_MS = 60 * MINUTE_MS;

/** Metering measures once an hour. */
export const storageGrowthQuery = () =>
  queryOptions({
    queryKey: ["storage-growth"],
    queryFn: ({ signal }) => take(api.GET("/v1/storage-growth", { signal })),
    staleTime: HOUR_MS / 4,
  });

export const replicationQuery = () =>
  queryOptions({
    queryKey: ["replication"],
    queryFn: ({ signal }) => take(api.GET("/v1/replication", { signal })),
    refetchInterval: MINUTE_MS,
  });

export const workloadsQuery = (args: ListArgs & { readonly selector?: string; readonly search?: string }) =>
  infiniteQueryOptions({
    queryKey: ["workloads", args],
    queryFn: ({ signal, pageParam }) =>
      take(
        api.GET("/v1/workloads", {
          signal,
          params: { query: clean({ page_size: PAGE_SIZE_MAX, ...args, page_token: pageParam }) },
        }),
      ),
    getNextPageParam: nextToken,
    ...first,
  });

/** For what is typed: it need not know of a tag that was set just now. */
export const workloadTagsQuery = () =>
  queryOptions({
    queryKey: ["workload-tags"],
    queryFn: ({ signal }) => take(api.GET("/v1/workload-tags", { signal })),
    staleTime: MINUTE_MS,
  });

export const workloadQuery = (id: string) =>
  queryOptions({
    queryKey: ["workloads", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/workloads/{id}", { signal, params: { path: { id } } })),
  });

export const coverageOfQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ["coverage", ids],
    queryFn: ({ signal }) => take(api.GET("/v1/coverage", { signal, params: { query: { workloads: ids.join(",") } } })),
    enabled: ids.length > 0,
    staleTime: MINUTE_MS,
  });

export const coverageQuery = () =>
  queryOptions({
    queryKey: ["coverage"],
    queryFn: ({ signal }) => take(api.GET("/v1/coverage", { signal })),
  });

export const policiesQuery = () =>
  queryOptions({
    queryKey: ["policies"],
    queryFn: ({ signal }) => take(api.GET("/v1/policies", { signal, params: { query: { page_size: PAGE_SIZE_MAX } } })),
  });

export const policyQuery = (id: string) =>
  queryOptions({
    queryKey: ["policies", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/policies/{id}", { signal, params: { path: { id } } })),
  });

export const policyVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["policies", "versions", id],
    queryFn: ({ signal }) => take(api.GET("/v1/policies/{id}/versions", { signal, params: { path: { id } } })),
  });

export const attachmentsQuery = () =>
  queryOptions({
    queryKey: ["attachments"],
    queryFn: ({ signal }) =>
      take(api.GET("/v1/attachments", { signal, params: { query: { page_size: PAGE_SIZE_MAX } } })),
  });

export const backupsQuery = (args: ListArgs) =>
  infiniteQueryOptions({
    queryKey: ["backups", "list", args],
    queryFn: ({ signal, pageParam }) =>
      take(
        api.GET("/v1/backups", {
          signal,
          params: { query: clean({ page_size: 200, ...args, page_token: pageParam }) },
        }),
      ),
    getNextPageParam: nextToken,
    ...first,
  });

const PAGES_MAX = 12;

/** Every backup of one workload, newest first: at most 12,000. */
export const recoveryPointsQuery = (workload_id: string) =>
  queryOptions({
    queryKey: ["backups", "points", workload_id],
    queryFn: async ({ signal }) => {
      const items = [];
      let page_token: string | undefined;
      for (let page = 0; page < PAGES_MAX; page++) {
        const query = clean({ page_size: PAGE_SIZE_MAX, filter: `workload_id=${workload_id}`, page_token });
        const answer = await take(api.GET("/v1/backups", { signal, params: { query } }));
        items.push(...answer.items);
        if (answer.next_page_token === null) break;
        page_token = answer.next_page_token;
      }
      return items;
    },
  });

/** Ids of the backups of a workload that lie in another region, too. */
export const copiedQuery = (workload_id: string) =>
  queryOptions({
    queryKey: ["copies", "of", workload_id],
    queryFn: async ({ signal }) => {
      const ids: string[] = [];
      let page_token: string | undefined;
      for (let page = 0; page < PAGES_MAX; page++) {
        const filter = `workload_id=${workload_id},state=AVAILABLE`;
        const query = clean({ page_size: PAGE_SIZE_MAX, filter, page_token });
        const answer = await take(api.GET("/v1/copies", { signal, params: { query } }));
        ids.push(...answer.items.map(({ backup_id }) => backup_id));
        if (answer.next_page_token === null) break;
        page_token = answer.next_page_token;
      }
      return ids;
    },
  });

export const backupQuery = (id: string) =>
  queryOptions({
    queryKey: ["backups", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/backups/{id}", { signal, params: { path: { id } } })),
  });

export const verificationsQuery = (args: ListArgs) =>
  queryOptions({
    queryKey: ["verifications", args],
    queryFn: ({ signal }) => take(api.GET("/v1/verifications", { signal, params: { query: clean({ ...args }) } })),
  });

export const jobsQuery = (args: ListArgs) =>
  infiniteQueryOptions({
    queryKey: ["jobs", "list", args],
    queryFn: ({ signal, pageParam }) =>
      take(
        api.GET("/v1/jobs", { signal, params: { query: clean({ page_size: 200, ...args, page_token: pageParam }) } }),
      ),
    getNextPageParam: nextToken,
    ...first,
  });

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["jobs", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/jobs/{id}", { signal, params: { path: { id } } })),
    // Events renew it at once; progress between two of them comes by asking.
    refetchInterval: ({ state }) => (state.data !== undefined && state.data.finished_at === null ? 1000 : false),
  });

export const restoresQuery = (args: ListArgs) =>
  infiniteQueryOptions({
    queryKey: ["restores", "list", args],
    queryFn: ({ signal, pageParam }) =>
      take(
        api.GET("/v1/restores", {
          signal,
          params: { query: clean({ page_size: 200, ...args, page_token: pageParam }) },
        }),
      ),
    getNextPageParam: nextToken,
    ...first,
  });

export const restoreQuery = (id: string) =>
  queryOptions({
    queryKey: ["restores", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/restores/{id}", { signal, params: { path: { id } } })),
  });

export const regionsQuery = () =>
  queryOptions({
    queryKey: ["regions"],
    queryFn: ({ signal }) => take(api.GET("/v1/regions", { signal, params: { query: { page_size: PAGE_SIZE_MAX } } })),
  });

export const projectsQuery = () =>
  queryOptions({
    queryKey: ["projects"],
    queryFn: ({ signal }) => take(api.GET("/v1/projects", { signal, params: { query: { page_size: PAGE_SIZE_MAX } } })),
  });

/** All items of the pages read so far. */
export function itemsOf<T>(data: { readonly pages: readonly Paged<T>[] } | undefined): readonly T[] {
  if (data === undefined) return [];
  const [only] = data.pages;
  return data.pages.length === 1 && only !== undefined ? only.items : data.pages.flatMap((page) => page.items);
}
