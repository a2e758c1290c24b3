import { Button, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { bindingsQuery, rolesQuery } from "../../api/queries-watch.ts";
import type { PostBody } from "../../api/types.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, Failed, Panel } from "../../parts/page.tsx";
import { ProjectSelect } from "../../parts/project-select.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Tags } from "../../parts/tags.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { TabHead } from "./head.tsx";

type SubjectType = PostBody<"/v1/bindings">["subject_type"];
const TYPES = ["user", "group", "service_account", "token"] as const;

const renew = () => {
  for (const key of ["bindings", "identity-providers"]) void queryClient.invalidateQueries({ queryKey: [key] });
};

/** Takes a role back. */
export function useTakeBack() {
  return useMutation({
    mutationFn: (id: string) => take(api.DELETE("/v1/bindings/{id}", { params: { path: { id } } })),
    onSuccess: () => {
      sayDone(t.access.taken_back);
      renew();
    },
    onError: (error) => sayFailed(t.access.take_back, error),
  });
}

export function Grants() {
  const query = useQuery(bindingsQuery());
  const [{ ask }, set] = useAddress<"ask">();
  const take_back = useTakeBack();
  return (
    <>
      <TabHead
        lead={t.access.grants_lead}
        action={
          <IfMay scope="access:write">
            <Button leftSection={<Icon name="plus" size={14} />} onClick={() => set({ ask: "grant" })}>
              {t.access.grant}
            </Button>
          </IfMay>
        }
      />
      <Panel title={t.access.bindings} flush>
        <Answered query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="people" title={t.access.no_grants}>
                {t.access.no_grants_more}
              </Empty>
            ) : (
              <Rows
                label={t.access.bindings}
                items={items}
                rowKey={({ id }) => id}
                none={t.common.none}
                least={620}
                columns={[
                  {
                    title: t.access.subject,
                    cell: (it) => (
                      <>
                        <strong>{it.subject_name}</strong> ({t.access.subject_types[it.subject_type] ?? it.subject_type}
                        )
                      </>
                    ),
                  },
                  { title: t.access.role, cell: (it) => it.role },
                  {
                    title: t.access.where,
                    cell: (it) => (
                      <>
                        {it.project_name ?? t.access.everywhere} {it.tags !== null && <Tags tags={it.tags} />}
                      </>
                    ),
                  },
                  {
                    title: t.access.expires,
                    cell: (it) => (it.expires_at === null ? t.access.never : <Ago at={it.expires_at} />),
                  },
                  {
                    title: "",
                    end: true,
                    cell: (it) => (
                      <IfMay scope="access:write">
                        <Button
                          variant="default"
                          loading={take_back.isPending && take_back.variables === it.id}
                          onClick={() => take_back.mutate(it.id)}
                          aria-label={`${t.access.take_back}: ${it.role}, ${it.subject_name}`}
                        >
                          {t.access.take_back}
                        </Button>
                      </IfMay>
                    ),
                  },
                ]}
              />
            )
          }
        </Answered>
      </Panel>
      {ask === "grant" && <GrantDialog close={() => set({ ask: undefined })} />}
    </>
  );
}

/** With a group named: of a group's row, where only the role is open. */
export function GrantDialog({ group, close }: { group?: string; close: () => void }) {
  const roles = useQuery(rolesQuery());
  const [subject_type, setType] = useState<SubjectType>(group === undefined ? "user" : "group");
  const [subject, setSubject] = useState(group ?? "");
  const [role, setRole] = useState<string | null>(null);
  const [project, setProject] = useState<string | null>(null);
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/bindings", {
          params: { header: newKey() },
          body: { subject_type, subject, role: role ?? "", ...(project === null ? {} : { project }) },
        }),
      ),
    onSuccess: (made) => {
      sayDone(t.access.granted, `${made.role}, ${made.subject_name}`);
      renew();
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t.access.grant} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Select
          label={t.access.subject_type}
          data={TYPES.map((value) => ({ value, label: t.access.subject_types[value] ?? value }))}
          value={subject_type}
          onChange={(next) => setType(TYPES.find((it) => it === next) ?? subject_type)}
          allowDeselect={false}
          disabled={group !== undefined}
        />
        <TextInput
          label={t.access.subject}
          value={subject}
          onChange={(event) => setSubject(event.currentTarget.value)}
          disabled={group !== undefined}
          data-autofocus={group === undefined}
        />
        <Select
          label={t.access.role}
          data={(roles.data?.items ?? []).map(({ name }) => name)}
          value={role}
          onChange={setRole}
          data-autofocus={group !== undefined}
        />
        <ProjectSelect value={project} onChange={setProject} clearable />
        {make.error !== null && <Failed error={make.error} />}
        <Button disabled={subject === "" || role === null} loading={make.isPending} onClick={() => make.mutate()}>
          {t.access.grant}
        </Button>
      </Stack>
    </Modal>
  );
}
