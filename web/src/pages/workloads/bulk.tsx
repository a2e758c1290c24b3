import { Button, Group, Paper, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { IfMay } from "../../app/may.tsx";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { queryClient } from "../../app/query.ts";
import { api, newKey, take } from "../../api/client.ts";
import type { PostAnswer, Workload } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { t } from "../../texts/index.ts";
import { AttachDialog, TagDialog, useTagging } from "./tag-dialogs.tsx";

/** What the server takes in one request. */
const AT_ONCE = 1000;
const REFUSED_SHOWN = 5;

type Item = PostAnswer<"/v1/workload-backups">["items"][number];

/** In as few requests as can be, one after the other. */
async function backUp(chosen: readonly Workload[]): Promise<Item[]> {
  const items: Item[] = [];
  for (let at = 0; at < chosen.length; at += AT_ONCE) {
    const workloads = chosen.slice(at, at + AT_ONCE).map(({ id }) => id);
    items.push(
      ...(await take(api.POST("/v1/workload-backups", { params: { header: newKey() }, body: { workloads } }))).items,
    );
  }
  return items;
}

/** Asks for a backup of each, and says what came of it. */
function useBackups(chosen: readonly Workload[], done: () => void) {
  return useMutation({
    mutationFn: () => backUp(chosen),
    onSuccess: (items) => {
      const refused = items.filter((it) => it.outcome === "REFUSED");
      const text = t.workloads.asked(countText(items.length - refused.length), countText(refused.length));
      const reasons = refused.slice(0, REFUSED_SHOWN).map((it) => `${it.name ?? it.workload_id}: ${it.error?.detail}`);
      if (refused.length === 0) sayDone(text);
      else sayFailed(text, reasons.join("; "));
      done();
    },
    onError: (error) => sayFailed(t.workloads.backup, error),
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: ["jobs"] });
      void queryClient.invalidateQueries({ queryKey: ["coverage"] });
    },
  });
}

/** What can be done to all chosen workloads. */
export function BulkBar({ chosen, clear }: { chosen: readonly Workload[]; clear: () => void }) {
  const [dialog, setDialog] = useState<"tag" | "attach" | null>(null);
  const backups = useBackups(chosen, clear);
  const tagging = useTagging(chosen, () => {
    setDialog(null);
    clear();
  });
  return (
    <Paper withBorder p="xs" mb="xs" bg="var(--hf-panel)">
      <Group justify="space-between">
        <Text size="sm" fw={600} role="status">
          {t.workloads.chosen(countText(chosen.length))}
        </Text>
        <Group gap="xs">
          <IfMay scope="workloads:write">
            <Button variant="default" leftSection={<Icon name="tag" size={14} />} onClick={() => setDialog("tag")}>
              {t.workloads.tag}
            </Button>
            <Button
              variant="default"
              leftSection={<Icon name="policies" size={14} />}
              onClick={() => setDialog("attach")}
            >
              {t.workloads.attach}
            </Button>
          </IfMay>
          <IfMay scope="backups:write">
            <Button
              variant="default"
              loading={backups.isPending}
              leftSection={<Icon name="play" size={14} />}
              onClick={() => backups.mutate()}
            >
              {t.workloads.backup}
            </Button>
          </IfMay>
          <Button variant="subtle" onClick={clear}>
            {t.common.cancel}
          </Button>
        </Group>
      </Group>
      {dialog === "tag" && <TagDialog chosen={chosen} tagging={tagging} close={() => setDialog(null)} />}
      {dialog === "attach" && <AttachDialog chosen={chosen} tagging={tagging} close={() => setDialog(null)} />}
    </Paper>
  );
}
