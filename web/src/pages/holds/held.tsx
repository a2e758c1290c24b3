import { Alert, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../app/session.ts";
import { holdsQuery } from "../../api/queries-assure.ts";
import { Icon } from "../../parts/icons.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { ReleaseButton } from "./release.tsx";

/** The holds in force on a backup, and on its workload as a whole; nothing when there is none. */
function useHolds(workload_id: string, backup_id?: string) {
  const may = useMay("holds:read");
  const of_workload = useQuery({ ...holdsQuery(`released_at=null,workload_id=${workload_id}`), enabled: may });
  const of_backup = useQuery({
    ...holdsQuery(`released_at=null,backup_id=${backup_id ?? ""}`),
    enabled: may && backup_id !== undefined,
  });
  return [...(of_workload.data?.items ?? []), ...(of_backup.data?.items ?? [])];
}

export function HeldBy({ workload_id, backup_id }: { workload_id: string; backup_id?: string }) {
  const holds = useHolds(workload_id, backup_id);
  if (holds.length === 0) return null;
  return (
    <Alert color="yellow" variant="outline" icon={<Icon name="lock" />} title={t.holds.is_held}>
      <Stack gap="xs" align="flex-start">
        {holds.map((hold) => (
          <div key={hold.id}>
            <Text size="sm">
              {hold.reason} · <Ago at={hold.created_at} />
            </Text>
            <ReleaseButton hold={hold} />
          </div>
        ))}
      </Stack>
    </Alert>
  );
}
