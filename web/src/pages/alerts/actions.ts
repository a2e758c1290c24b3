import { useMutation } from "@tanstack/react-query";
import { queryClient } from "../../app/query.ts";
import { sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { t } from "../../texts/index.ts";

const renew = () => void queryClient.invalidateQueries({ queryKey: ["alerts"] });

export function useAcknowledge(id: string) {
  return useMutation({
    mutationFn: () =>
      take(api.POST("/v1/alerts/{id}/acknowledge", { params: { path: { id }, header: newKey() }, body: {} })),
    onSuccess: renew,
    onError: (error) => sayFailed(t.alerts.acknowledge, error),
  });
}

export function useResolve(id: string, done: () => void) {
  return useMutation({
    mutationFn: (note: string) =>
      take(api.POST("/v1/alerts/{id}/resolve", { params: { path: { id }, header: newKey() }, body: { note } })),
    onSuccess: () => {
      renew();
      done();
    },
  });
}

type Step = "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";

export function useMark(id: string, done: () => void) {
  return useMutation({
    mutationFn: ({ step, note }: { step: string; note: string }) =>
      take(
        api.POST("/v1/alerts/{id}/mark", {
          params: { path: { id }, header: newKey() },
          body: { step: step as Step, note },
        }),
      ),
    onSuccess: () => {
      renew();
      done();
    },
  });
}
