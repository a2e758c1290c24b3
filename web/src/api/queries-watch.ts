import { queryOptions } from "@tanstack/react-query";
import { api, take } from "./client.ts";

/** Alerts, on call, keys, access. */

const PAGE_SIZE = 200;
const MINUTE_MS = 60_000;
const SINKS_MS = 10_000;

export const alertsQuery = (filter: string) =>
  queryOptions({
    queryKey: ["alerts", "list", filter],
    queryFn: ({ signal }) =>
      take(
        api.GET("/v1/alerts", {
          signal,
          params: { query: { page_size: PAGE_SIZE, ...(filter === "" ? {} : { filter }) } },
        }),
      ),
    refetchInterval: MINUTE_MS,
  });

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ["alerts", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/alerts/{id}", { signal, params: { path: { id } } })),
  });

export const oncallQuery = () =>
  queryOptions({
    queryKey: ["oncall"],
    queryFn: ({ signal }) => take(api.GET("/v1/oncall", { signal })),
    refetchInterval: MINUTE_MS,
  });

export const channelsQuery = () =>
  queryOptions({
    queryKey: ["channels"],
    queryFn: ({ signal }) => take(api.GET("/v1/channels", { signal, params: { query: { page_size: PAGE_SIZE } } })),
  });

export const deliveriesQuery = () =>
  queryOptions({
    queryKey: ["deliveries"],
    queryFn: ({ signal }) => take(api.GET("/v1/deliveries", { signal, params: { query: { page_size: 50 } } })),
    refetchInterval: MINUTE_MS,
  });

export const keysQuery = () =>
  queryOptions({ queryKey: ["keys"], queryFn: ({ signal }) => take(api.GET("/v1/keys", { signal })) });

export const keyQuery = (id: string) =>
  queryOptions({
    queryKey: ["keys", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/keys/{id}", { signal, params: { path: { id } } })),
  });

export const keyEventsQuery = () =>
  queryOptions({
    queryKey: ["keys", "events"],
    queryFn: ({ signal }) => take(api.GET("/v1/key-events", { signal, params: { query: { limit: 200 } } })),
  });

export const passkeysQuery = () =>
  queryOptions({
    queryKey: ["passkeys"],
    queryFn: ({ signal }) => take(api.GET("/v1/me/passkeys", { signal })),
  });

export const tokensQuery = () =>
  queryOptions({
    queryKey: ["tokens"],
    queryFn: ({ signal }) => take(api.GET("/v1/tokens", { signal, params: { query: { page_size: PAGE_SIZE } } })),
  });

export const usersQuery = () =>
  queryOptions({
    queryKey: ["users"],
    queryFn: ({ signal }) => take(api.GET("/v1/users", { signal, params: { query: { page_size: PAGE_SIZE } } })),
  });

export const bindingsQuery = () =>
  queryOptions({
    queryKey: ["bindings"],
    queryFn: ({ signal }) => take(api.GET("/v1/bindings", { signal, params: { query: { page_size: PAGE_SIZE } } })),
  });

export const identityProvidersQuery = () =>
  queryOptions({
    queryKey: ["identity-providers"],
    queryFn: ({ signal }) => take(api.GET("/v1/identity-providers", { signal })),
  });

export const sinksQuery = () =>
  queryOptions({
    queryKey: ["siem-sinks"],
    queryFn: ({ signal }) => take(api.GET("/v1/siem-sinks", { signal })),
    // What waits there changes without anybody's doing.
    refetchInterval: SINKS_MS,
  });

export const reportSubscriptionsQuery = () =>
  queryOptions({
    queryKey: ["report-subscriptions"],
    queryFn: ({ signal }) =>
      take(api.GET("/v1/report-subscriptions", { signal, params: { query: { page_size: PAGE_SIZE } } })),
  });

export const shiftsQuery = () =>
  queryOptions({
    queryKey: ["oncall", "shifts"],
    queryFn: ({ signal }) => take(api.GET("/v1/oncall/shifts", { signal })),
    refetchInterval: MINUTE_MS,
  });

export const rolesQuery = () =>
  queryOptions({ queryKey: ["roles"], queryFn: ({ signal }) => take(api.GET("/v1/roles", { signal })) });
