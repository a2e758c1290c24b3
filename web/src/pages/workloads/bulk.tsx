import { Button, Group, Modal, Paper, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { IfMay } from "../../app/may.tsx";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { queryClient } from "../../app/query.ts";
import { api, newKey, take } from "../../api/client.ts";
import { policiesQuery } from "../../api/queries.ts";
import type { Workload } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { t } from "../../texts/index.ts";

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
  const count = countText(chosen.length);
  const run = useMutation({
    mutationFn: (work: (workload: Workload) => Promise<unknown>) => each(chosen, work),
    onSuccess: ({ done, error }) => {
      void queryClient.invalidateQueries({ queryKey: ["workloads"] });
      void queryClient.invalidateQueries({ queryKey: ["coverage"] });
      const text = t.workloads.done(countText(done), countText(chosen.length - done));
      if (error === null) sayDone(text);
      else sayFailed(text, error);
      setDialog(null);
      clear();
    },
  });
  const tag = (key: string, value: string) =>
    run.mutate(({ id }) =>
      take(
        api.PATCH("/v1/workloads/{id}", {
          params: { path: { id } },
          body: { tags: { [key]: value === "" ? null : value } },
        }),
      ),
    );
  const backup = () =>
    run.mutate(({ id }) => take(api.POST("/v1/backups", { params: { header: newKey() }, body: { workload: id } })));
  return (
    <Paper withBorder p="xs" mb="xs" bg="var(--hf-panel)">
      <Group justify="space-between">
        <Text size="sm" fw={600} role="status">
          {t.workloads.chosen(count)}
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
            {" "}
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
      <TagDialog
        opened={dialog === "tag"}
        close={() => setDialog(null)}
        count={count}
        busy={run.isPending}
        apply={tag}
      />
      <AttachDialog
        opened={dialog === "attach"}
        close={() => setDialog(null)}
        count={count}
        busy={run.isPending}
        apply={(policy) => tag("backup-policy", policy)}
      />
    </Paper>
  );
}

interface DialogProps {
  readonly opened: boolean;
  readonly close: () => void;
  readonly count: string;
  readonly busy: boolean;
}

function TagDialog({
  opened,
  close,
  count,
  busy,
  apply,
}: DialogProps & { apply: (key: string, value: string) => void }) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t.workloads.tag_title(count)}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <TextInput
          label={t.workloads.tag_key}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={t.workloads.tag_value}
          description={t.workloads.tag_remove}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <Button disabled={key === ""} loading={busy} onClick={() => apply(key, value)}>
          {t.workloads.tag}
        </Button>
      </Stack>
    </Modal>
  );
}

function AttachDialog({ opened, close, count, busy, apply }: DialogProps & { apply: (policy: string) => void }) {
  const policies = useQuery({ ...policiesQuery(), enabled: opened });
  const [policy, setPolicy] = useState<string | null>(null);
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t.workloads.attach_title(count)}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t.workloads.attach_lead}
        </Text>
        <Select
          label={t.policies.name}
          data={(policies.data?.items ?? []).map(({ name }) => name)}
          value={policy}
          onChange={setPolicy}
        />
        <Button disabled={policy === null} loading={busy} onClick={() => policy !== null && apply(policy)}>
          {t.workloads.attach}
        </Button>
      </Stack>
    </Modal>
  );
}
