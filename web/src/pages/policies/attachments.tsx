import { Button, Group, Modal, MultiSelect, Select, Stack, TagsInput, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { IfMay, MayOrWhy } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { attachmentsQuery, projectsQuery } from "../../api/queries.ts";
import type { Attachment, Policy, PostAnswer, PostBody } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Answered, Empty, Failed, Panel } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";

type Target = PostBody<"/v1/attachments">["target"];
type Preview = PostAnswer<"/v1/attachments/preview">;

const TYPES = ["vm", "volume", "share", "database", "bucket", "host", "application"] as const;
const renew = () => {
  for (const key of ["attachments", "policies", "coverage", "overview"]) {
    void queryClient.invalidateQueries({ queryKey: [key] });
  }
};

/** What the policy is attached to; who would gain or lose it is shown before anything is saved. */
export function AttachmentsTab({ policy }: { policy: Policy }) {
  const query = useQuery(attachmentsQuery());
  const [leaving, setLeaving] = useState<Attachment | null>(null);
  return (
    <div className="hf-grid">
      <div data-span="6">
        <Panel title={t.policies.attached_to}>
          <Answered query={query}>
            {({ items }) => {
              const own = items.filter((it) => it.policy_id === policy.id);
              if (own.length === 0) return <Empty icon="tag" title={t.policies.not_attached} />;
              return (
                <Stack gap="xs">
                  {own.map((attachment) => (
                    <Group key={attachment.id} justify="space-between" wrap="nowrap">
                      <Text size="sm">{attachment.target_text}</Text>
                      <IfMay scope="policies:write">
                        <Button variant="default" onClick={() => setLeaving(attachment)}>
                          {t.policies.detach}
                        </Button>
                      </IfMay>
                    </Group>
                  ))}
                </Stack>
              );
            }}
          </Answered>
        </Panel>
      </div>
      <div data-span="6">
        <Panel title={t.policies.attach}>
          <AttachForm policy={policy} />
        </Panel>
      </div>
      {leaving !== null && <DetachDialog attachment={leaving} close={() => setLeaving(null)} />}
    </div>
  );
}

function AttachForm({ policy }: { policy: Policy }) {
  const projects = useQuery(projectsQuery());
  const [project, setProject] = useState<string | null>(null);
  const [types, setTypes] = useState<string[]>([]);
  const [selectors, setSelectors] = useState<string[]>([]);
  const [names, setNames] = useState<string[]>([]);
  const target = {
    ...(project === null ? {} : { project }),
    ...(types.length === 0 ? {} : { types: types as (typeof TYPES)[number][] }),
    ...(selectors.length === 0 ? {} : { selectors }),
    ...(names.length === 0 ? {} : { names }),
  } as Target;
  const filled = Object.keys(target as object).length > 0;
  const body = { policy: policy.id, target };
  const preview = useQuery({
    queryKey: ["attachments", "preview", body],
    queryFn: ({ signal }) => take(api.POST("/v1/attachments/preview", { signal, body })),
    enabled: filled,
    retry: false,
  });
  const attach = useMutation({
    mutationFn: () => take(api.POST("/v1/attachments", { params: { header: newKey() }, body })),
    onSuccess: (made) => {
      sayDone(t.policies.attached_done, made.target_text);
      renew();
    },
  });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t.policies.attach_lead}
      </Text>
      <TagsInput
        label={t.policies.target_selectors}
        placeholder="env=prod,tier=1"
        value={selectors}
        onChange={setSelectors}
        splitChars={[";"]}
      />
      <MultiSelect
        label={t.policies.target_types}
        data={TYPES.map((value) => ({ value, label: t.workloads.types[value] ?? value }))}
        value={types}
        onChange={setTypes}
        placeholder={types.length === 0 ? t.policies.any : undefined}
      />
      <TagsInput label={t.policies.target_names} placeholder="web-*" value={names} onChange={setNames} />
      <Select
        label={t.policies.target_project}
        data={(projects.data?.items ?? []).map(({ name }) => name)}
        value={project}
        onChange={setProject}
        placeholder={t.policies.any}
        clearable
      />
      {preview.error !== null && <Failed error={preview.error} />}
      {filled && preview.data !== undefined && <Effect preview={preview.data} />}
      {attach.error !== null && <Failed error={attach.error} />}
      <Group>
        <MayOrWhy scope="policies:write">
          {(allowed) => (
            <Button
              disabled={!allowed || !filled || preview.error !== null}
              loading={attach.isPending}
              onClick={() => attach.mutate()}
            >
              {t.policies.attach}
            </Button>
          )}
        </MayOrWhy>
      </Group>
    </Stack>
  );
}

function DetachDialog({ attachment, close }: { attachment: Attachment; close: () => void }) {
  const preview = useQuery({
    queryKey: ["attachments", "preview", attachment.id],
    queryFn: ({ signal }) => take(api.POST("/v1/attachments/preview", { signal, body: { remove: attachment.id } })),
  });
  const detach = useMutation({
    mutationFn: () => take(api.DELETE("/v1/attachments/{id}", { params: { path: { id: attachment.id } } })),
    onSuccess: () => {
      sayDone(t.policies.detached_done);
      renew();
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={attachment.target_text} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Answered query={preview}>{(data) => <Effect preview={data} />}</Answered>
        {detach.error !== null && <Failed error={detach.error} />}
        <Button color="red" loading={detach.isPending} onClick={() => detach.mutate()}>
          {t.policies.detach}
        </Button>
      </Stack>
    </Modal>
  );
}

function Effect({ preview: effect }: { preview: Preview }) {
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name).join(", ");
  return (
    <div role="status">
      <Text size="sm" fw={600}>
        + {t.policies.would_gain(countText(effect.added_total))}
      </Text>
      <Text size="xs" c="dimmed" lineClamp={3}>
        {names(effect.added)}
      </Text>
      {effect.removed_total > 0 && (
        <>
          <Text size="sm" fw={600} c="var(--hf-bad)">
            − {t.policies.would_lose(countText(effect.removed_total))}
          </Text>
          <Text size="xs" c="dimmed" lineClamp={3}>
            {names(effect.removed)}
          </Text>
        </>
      )}
      <Text size="xs" c="dimmed">
        {t.policies.would_stay(countText(effect.unchanged_total))}
      </Text>
      {effect.left_bare_total > 0 && (
        <Text size="sm" c="var(--hf-bad)" fw={600}>
          ⚠ {t.policies.left_bare(countText(effect.left_bare_total))}
        </Text>
      )}
    </div>
  );
}
