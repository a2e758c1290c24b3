import { Button, Modal, MultiSelect, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { useMay } from "../../app/session.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { projectsQuery } from "../../api/queries.ts";
import { channelsQuery, reportSubscriptionsQuery } from "../../api/queries-watch.ts";
import type { ItemOf, PostBody } from "../../api/types.ts";
import { AskRemoval } from "../../parts/ask-removal.tsx";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { ProjectSelect } from "../../parts/project-select.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

type Subscription = ItemOf<"/v1/report-subscriptions">;
type Kind = PostBody<"/v1/report-subscriptions">["kinds"][number];
/** Channels that carry a document. */
const CARRIERS = new Set(["email", "webhook", "slack"]);
const renew = () => void queryClient.invalidateQueries({ queryKey: ["report-subscriptions"] });

export function SubscriptionsPage() {
  const query = useQuery(reportSubscriptionsQuery());
  const projects = useQuery(projectsQuery());
  const [{ ask }, set] = useAddress<"ask">();
  const [leaving, setLeaving] = useState<Subscription | null>(null);
  const projectOf = (id: string | null) =>
    id === null ? t.subscriptions.every_project : (projects.data?.items.find((it) => it.id === id)?.name ?? id);
  const add = (
    <IfMay scope="report_subscriptions:write">
      <Button leftSection={<Icon name="plus" size={14} />} onClick={() => set({ ask: "subscription" })}>
        {t.subscriptions.add}
      </Button>
    </IfMay>
  );
  return (
    <>
      <PageHead
        title={t.subscriptions.title}
        lead={t.subscriptions.lead}
        above={<Link to="/reports">{t.reports.title}</Link>}
        actions={add}
      />
      <Panel flush>
        <Answered query={query} rows={4}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="reports" title={t.subscriptions.none} action={add}>
                {t.subscriptions.none_more}
              </Empty>
            ) : (
              <Rows
                label={t.subscriptions.title}
                items={items}
                rowKey={({ id }) => id}
                none={t.subscriptions.none}
                least={680}
                columns={[
                  { title: t.subscriptions.name, cell: (it) => <strong>{it.name}</strong> },
                  {
                    title: t.subscriptions.kinds,
                    cell: (it) => it.kinds.map((kind) => <Chip key={kind}>{t.reports.kinds[kind] ?? kind}</Chip>),
                  },
                  { title: t.subscriptions.project, cell: (it) => projectOf(it.project_id) },
                  {
                    title: t.subscriptions.channel,
                    cell: (it) => <Link to="/oncall">{it.channel_name}</Link>,
                  },
                  { title: t.subscriptions.by, cell: (it) => it.created_by },
                  { title: t.subscriptions.at, cell: (it) => <Ago at={it.created_at} /> },
                  {
                    title: "",
                    end: true,
                    cell: (it) => (
                      <IfMay scope="report_subscriptions:write">
                        <Button
                          variant="default"
                          onClick={() => setLeaving(it)}
                          aria-label={`${t.subscriptions.end}: ${it.name}`}
                        >
                          {t.subscriptions.end}
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
      {ask === "subscription" && <Subscribe close={() => set({ ask: undefined })} />}
      {leaving !== null && (
        <AskRemoval
          title={t.subscriptions.end_title(leaving.name)}
          lead={t.subscriptions.end_lead}
          button={t.subscriptions.end}
          remove={() => take(api.DELETE("/v1/report-subscriptions/{id}", { params: { path: { id: leaving.id } } }))}
          done={() => {
            sayDone(t.subscriptions.ended, leaving.name);
            renew();
          }}
          close={() => setLeaving(null)}
        />
      )}
    </>
  );
}

function Subscribe({ close }: { close: () => void }) {
  const may_channels = useMay("oncall:read");
  const channels = useQuery({ ...channelsQuery(), enabled: may_channels });
  const [name, setName] = useState("");
  const [channel, setChannel] = useState<string | null>(null);
  const [kinds, setKinds] = useState<string[]>([]);
  const [project, setProject] = useState<string | null>(null);
  const carriers = (channels.data?.items ?? []).filter(({ kind }) => CARRIERS.has(kind));
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/report-subscriptions", {
          params: { header: newKey() },
          body: { name, channel: channel ?? "", kinds: kinds as Kind[], ...(project === null ? {} : { project }) },
        }),
      ),
    onSuccess: (made) => {
      sayDone(t.subscriptions.added, made.name);
      renew();
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t.subscriptions.add} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <TextInput
          label={t.subscriptions.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <MultiSelect
          label={t.subscriptions.kinds}
          data={Object.entries(t.reports.kinds).map(([value, label]) => ({ value, label }))}
          value={kinds}
          onChange={setKinds}
        />
        {channels.data !== undefined && carriers.length === 0 ? (
          <Text size="sm" c="var(--hf-warn)">
            <Icon name="warning" size={13} /> {t.subscriptions.no_channel} <Link to="/oncall">{t.nav.oncall}</Link>
          </Text>
        ) : (
          <Select
            label={t.subscriptions.channel}
            data={carriers.map((it) => ({ value: it.name, label: `${it.name} (${it.kind})` }))}
            value={channel}
            onChange={setChannel}
          />
        )}
        <ProjectSelect value={project} onChange={setProject} clearable />
        {make.error !== null && <Failed error={make.error} />}
        <Button
          disabled={name === "" || channel === null || kinds.length === 0}
          loading={make.isPending}
          onClick={() => make.mutate()}
        >
          {t.subscriptions.add}
        </Button>
      </Stack>
    </Modal>
  );
}
