import { Button, Group, Paper, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { IfMay } from "../../app/may.tsx";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { queryClient } from "../../app/query.ts";
import { api, newKey, take } from "../../api/client.ts";
import type { Workload } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { t } from "../../texts/index.ts";
import { AttachDialog, TagDialog, useTagging } from "./tag-dialogs.tsx";

/** Requests in flight at once: the server has other callers. */
const AT_ONCE = 6;

/** Runs `work` on each, a few at a time; says how many went through. */
async function each<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<{ done: number; error: unknown }> {
  const queue = [...items];
  let done = 0;
  let error: unknown = null;
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await work(item);
        done++;
      } catch (thrown) {
        error = thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return { done, error };
}

/** What can be done to all chosen workloads. */
export function BulkBar({ chosen, clear }: { chosen: readonly Workload[]; clear: () => void }) {
  const [dialog, setDialog] = useState<"tag" | "attach" | null>(null);
  const run = useMutation({
    mutationFn: (work: (workload: Workload) => Promise<unknown>) => each(chosen, work),
    onSuccess: ({ done, error }) => {
      void queryClient.invalidateQueries({ queryKey: ["workloads"] });
      void queryClient.invalidateQueries({ queryKey: ["coverage"] });
      const text = t.workloads.asked(countText(done), countText(chosen.length - done));
      if (error === null) sayDone(text);
      else sayFailed(text, error);
      clear();
    },
  });
  const tagging = useTagging(chosen, () => {
    setDialog(null);
    clear();
  });
  const backup = () =>
    run.mutate(({ id }) => take(api.POST("/v1/backups", { params: { header: newKey() }, body: { workload: id } })));
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
              loading={run.isPending}
              leftSection={<Icon name="play" size={14} />}
              onClick={backup}
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
