import { Button, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, type UseMutationResult, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { queryClient } from "../../app/query.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { policiesQuery } from "../../api/queries.ts";
import type { PostAnswer, Workload } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Failed } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";

/** What the server changes at once. */
const AT_ONCE = 1000;
const TYPED_MS = 300;
const REFUSED_SHOWN = 5;

type Tags = Readonly<Record<string, string | null>>;
type Item = PostAnswer<"/v1/workload-tags">["items"][number];
type Tagging = UseMutationResult<Item[], Error, Tags>;

/** In as few requests as can be, one after the other; a trial changes nothing. */
async function ask(chosen: readonly Workload[], tags: Tags, trial: boolean, signal?: AbortSignal): Promise<Item[]> {
  const items: Item[] = [];
  for (let at = 0; at < chosen.length; at += AT_ONCE) {
    const workloads = chosen.slice(at, at + AT_ONCE).map(({ id }) => id);
    const query = trial ? { dry_run: "true" as const } : {};
    const answer = await take(
      api.POST("/v1/workload-tags", {
        ...(signal === undefined ? {} : { signal }),
        params: { header: newKey(), query },
        body: { workloads, tags: { ...tags } },
      }),
    );
    items.push(...answer.items);
  }
  return items;
}

const countOf = (items: readonly Item[], outcome: Item["outcome"]) =>
  countText(items.filter((it) => it.outcome === outcome).length);

/** Sets the same tags on all that are chosen, and says what came of it. */
export function useTagging(chosen: readonly Workload[], done: () => void): Tagging {
  return useMutation({
    mutationFn: (tags: Tags) => ask(chosen, tags, false),
    onSuccess: (items) => {
      const refused = items.filter((it) => it.outcome === "REFUSED");
      const text = t.workloads.tagged(
        countOf(items, "CHANGED"),
        countOf(items, "UNCHANGED"),
        countText(refused.length),
      );
      const reasons = refused.slice(0, REFUSED_SHOWN).map((it) => `${it.name ?? it.workload_id}: ${it.error?.detail}`);
      if (refused.length === 0) sayDone(text);
      else sayFailed(text, reasons.join("; "));
      done();
    },
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: ["workloads"] });
      void queryClient.invalidateQueries({ queryKey: ["coverage"] });
    },
  });
}

interface DialogProps {
  readonly chosen: readonly Workload[];
  readonly tagging: Tagging;
  readonly close: () => void;
}

export function TagDialog(props: DialogProps) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const tags = key.trim() === "" ? null : { [key.trim()]: value === "" ? null : value };
  return (
    <ChangeDialog {...props} title={t.workloads.tag_title(props.chosen.length)} action={t.workloads.tag} tags={tags}>
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
    </ChangeDialog>
  );
}

export function AttachDialog(props: DialogProps) {
  const policies = useQuery(policiesQuery());
  const [policy, setPolicy] = useState<string | null>(null);
  const tags = policy === null ? null : { "backup-policy": policy };
  const title = t.workloads.attach_title(props.chosen.length);
  return (
    <ChangeDialog {...props} title={title} action={t.workloads.attach} tags={tags}>
      <Text size="sm" c="dimmed">
        {t.workloads.attach_lead}
      </Text>
      <Select
        label={t.policies.name}
        data={(policies.data?.items ?? []).map(({ name }) => name)}
        value={policy}
        onChange={setPolicy}
      />
    </ChangeDialog>
  );
}

interface ChangeDialogProps extends DialogProps {
  readonly title: string;
  readonly action: string;
  /** Null: nothing is chosen yet. */
  readonly tags: Tags | null;
  readonly children: ReactNode;
}

function ChangeDialog({ chosen, tagging, close, title, action, tags, children }: ChangeDialogProps) {
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        {children}
        <Effect chosen={chosen} tags={tags} />
        {tagging.error !== null && <Failed error={tagging.error} />}
        <Button
          disabled={tags === null}
          loading={tagging.isPending}
          onClick={() => tags !== null && tagging.mutate(tags)}
        >
          {action}
        </Button>
      </Stack>
    </Modal>
  );
}

/** What it would do, before it is done: how many change, which values are replaced, who is refused. */
function Effect({ chosen, tags }: { chosen: readonly Workload[]; tags: Tags | null }) {
  const [asked] = useDebouncedValue(tags === null ? "" : JSON.stringify(tags), TYPED_MS);
  const trial = useQuery({
    queryKey: ["workloads", "tagging", asked, chosen.map(({ id }) => id)],
    enabled: asked !== "",
    gcTime: 0,
    retry: false,
    queryFn: ({ signal }) => ask(chosen, JSON.parse(asked) as Tags, true, signal),
  });
  if (tags === null || asked === "") return null;
  if (trial.error !== null) return <Failed error={trial.error} />;
  if (trial.data === undefined) {
    return (
      <Text size="xs" c="dimmed">
        {t.common.loading}
      </Text>
    );
  }
  const items = trial.data;
  const replaced = new Map<string, number>();
  for (const it of items) {
    if (it.outcome !== "CHANGED") continue;
    for (const value of Object.values(it.before)) {
      if (value !== null) replaced.set(value, (replaced.get(value) ?? 0) + 1);
    }
  }
  const refused = items.filter((it) => it.outcome === "REFUSED");
  return (
    <div role="status">
      <Text size="sm">{t.workloads.would_tag(countOf(items, "CHANGED"), countOf(items, "UNCHANGED"))}</Text>
      {replaced.size > 0 && (
        <Text size="sm" c="var(--hf-warn)">
          {t.workloads.would_replace(
            [...replaced].slice(0, REFUSED_SHOWN).map(([value, count]) => `${value} (${countText(count)})`),
          )}
        </Text>
      )}
      {refused.slice(0, REFUSED_SHOWN).map((it) => (
        <Text key={it.workload_id} size="sm" c="var(--hf-bad)">
          ✕ {it.name ?? it.workload_id}: {it.error?.detail}
        </Text>
      ))}
      {refused.length > REFUSED_SHOWN && (
        <Text size="sm">{t.workloads.and_more(countText(refused.length - REFUSED_SHOWN))}</Text>
      )}
    </div>
  );
}
