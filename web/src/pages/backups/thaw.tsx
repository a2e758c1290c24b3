import { Button, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { thawsQuery } from "../../api/queries-business.ts";
import type { BackupDetail } from "../../api/types.ts";
import { bytesText, stampText } from "../../parts/format.ts";
import { Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

interface Estimate {
  readonly packs: number;
  readonly bytes: number;
  readonly expected_at: string;
  readonly cost: number | null;
}

/** Time and cost of making a cold backup readable; nothing when all of it can be read now. */
export function ThawPanel({ backup }: { backup: BackupDetail }) {
  const body = { backup_id: backup.id };
  const thaws = useQuery(thawsQuery(backup.id));
  const [last] = thaws.data?.items ?? [];
  const estimate = useQuery({
    queryKey: ["thaws", "estimate", backup.id],
    enabled: backup.state === "AVAILABLE",
    retry: false,
    queryFn: async ({ signal }) =>
      (await take(
        api.POST("/v1/thaws", { signal, params: { query: { dry_run: "true" } }, body }),
      )) as unknown as Estimate,
  });
  const thaw = useMutation({
    mutationFn: () => take(api.POST("/v1/thaws", { params: { header: newKey() }, body })),
    onSuccess: () => {
      sayDone(t.tiers.thaw_asked);
      void queryClient.invalidateQueries({ queryKey: ["thaws"] });
    },
    onError: (error) => sayFailed(t.tiers.thaw, error),
  });
  const cold = (estimate.data?.packs ?? 0) > 0;
  if (!cold && last === undefined) return null;
  return (
    <Panel title={t.tiers.thaw}>
      <Stack gap="sm" align="flex-start">
        {last !== undefined && (
          <Text size="sm" component="div">
            <StateMark state={last.state} /> {t.tiers.until} <Stamp at={last.expires_at} />
          </Text>
        )}
        {cold && estimate.data !== undefined && (
          <>
            <Text size="sm">
              {t.tiers.thaw_lead}{" "}
              {t.tiers.thaw_expected(stampText(estimate.data.expected_at), bytesText(estimate.data.bytes))}
              {estimate.data.cost === null ? "" : ` · ${t.tiers.cost} ${estimate.data.cost.toFixed(2)}`}
            </Text>
            <IfMay scope="backups:verify">
              <Button variant="default" loading={thaw.isPending} onClick={() => thaw.mutate()}>
                {t.tiers.thaw}
              </Button>
            </IfMay>
          </>
        )}
      </Stack>
    </Panel>
  );
}
