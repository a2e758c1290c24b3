import { Button, Modal, Stack, Tabs, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useAddress, useId } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, take } from "../../api/client.ts";
import { policyQuery } from "../../api/queries.ts";
import type { Policy } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Answered, Failed, PageHead } from "../../parts/page.tsx";
import { Chip } from "../../parts/state.tsx";
import { t } from "../../texts/index.ts";
import { AttachmentsTab } from "./attachments.tsx";
import { yamlOf } from "./draft.ts";
import { PolicyEditor } from "./editor.tsx";
import { VersionsTab } from "./versions.tsx";

export function PolicyPage() {
  const id = useId();
  const query = useQuery(policyQuery(id));
  const [{ tab = "edit" }, set] = useAddress<"tab">();
  const policy = query.data;
  return (
    <>
      <PageHead
        title={id}
        lead={
          policy === undefined ? undefined : (
            <>
              {t.policies.version_of(policy.version)} {policy.template && <Chip>{t.policies.template}</Chip>}{" "}
              {policy.spec.description}
            </>
          )
        }
        above={<Link to="/policies">{t.policies.title}</Link>}
        actions={policy === undefined ? undefined : <DeleteButton policy={policy} />}
      />
      <Answered query={query}>
        {(data) => (
          <Tabs value={tab} onChange={(next) => set({ tab: next ?? undefined })} keepMounted={false}>
            <Tabs.List mb="sm">
              <Tabs.Tab value="edit">{t.policies.simulator}</Tabs.Tab>
              <Tabs.Tab value="attachments">{t.policies.attached_to}</Tabs.Tab>
              <Tabs.Tab value="versions">{t.policies.versions}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="edit">
              <PolicyEditor
                key={data.version}
                initial={yamlOf(data.spec)}
                policy={data}
                onSaved={(saved) => sayDone(t.policies.saved(saved.name, saved.version))}
              />
            </Tabs.Panel>
            <Tabs.Panel value="attachments">
              <AttachmentsTab policy={data} />
            </Tabs.Panel>
            <Tabs.Panel value="versions">
              <VersionsTab id={data.id} />
            </Tabs.Panel>
          </Tabs>
        )}
      </Answered>
    </>
  );
}

function DeleteButton({ policy }: { policy: Policy }) {
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure(false);
  const remove = useMutation({
    mutationFn: () => take(api.DELETE("/v1/policies/{id}", { params: { path: { id: policy.id } } })),
    onSuccess: () => {
      sayDone(t.policies.deleted, policy.name);
      void queryClient.invalidateQueries({ queryKey: ["policies"] });
      void navigate({ to: "/policies" });
    },
  });
  return (
    <IfMay scope="policies:write">
      <Button variant="default" onClick={open}>
        {t.policies.delete}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t.policies.delete_title(policy.name)}
        closeButtonProps={{ "aria-label": t.common.close }}
      >
        <Stack>
          <Text size="sm">{t.policies.delete_lead(countText(policy.attachment_count))}</Text>
          {remove.error !== null && <Failed error={remove.error} />}
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t.policies.delete}
          </Button>
        </Stack>
      </Modal>
    </IfMay>
  );
}
