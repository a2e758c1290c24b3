import { Button, Modal, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { projectsQuery } from "../../api/queries.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { mostUsed } from "../../parts/project-select.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { Severity } from "../alerts/severity.tsx";
import { Anomalies } from "./anomalies.tsx";
import { ResponseClock } from "./clock.tsx";

const incidentsQuery = () =>
  queryOptions({
    queryKey: ["incidents", "list"],
    queryFn: ({ signal }) => take(api.GET("/v1/incidents", { signal, params: { query: { page_size: 200 } } })),
  });

export function IncidentsPage() {
  const query = useQuery(incidentsQuery());
  const [{ ask }, set] = useAddress<"ask" | "name" | "project">();
  return (
    <>
      <PageHead
        title={t.incidents.title}
        lead={t.incidents.lead}
        actions={
          <IfMay scope="incidents:write">
            <Button leftSection={<Icon name="plus" size={14} />} onClick={() => set({ ask: "incident" })}>
              {t.incidents.open}
            </Button>
          </IfMay>
        }
      />
      <Stack gap="sm">
        <Panel flush>
          <Answered query={query} rows={5}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty icon="check" title={t.incidents.none}>
                  {t.incidents.none_more}
                </Empty>
              ) : (
                <Rows
                  label={t.incidents.title}
                  items={items}
                  rowKey={(incident) => incident.id}
                  none={t.incidents.none}
                  least={560}
                  columns={[
                    { title: t.incidents.severity, cell: (incident) => <Severity severity={incident.severity} /> },
                    {
                      title: t.incidents.name,
                      cell: (incident) => <Link to={`/incidents/${incident.id}` as never}>{incident.title}</Link>,
                    },
                    { title: t.incidents.project, cell: (incident) => incident.project_name },
                    { title: t.backups.state, cell: (incident) => <ResponseClock incident={incident} /> },
                    { title: t.backups.made, cell: (incident) => <Ago at={incident.opened_at} /> },
                  ]}
                />
              )
            }
          </Answered>
        </Panel>
        <Anomalies />
      </Stack>
      {ask === "incident" && (
        <OpenIncident close={() => set({ ask: undefined, name: undefined, project: undefined })} />
      )}
    </>
  );
}

function OpenIncident({ close }: { close: () => void }) {
  const projects = useQuery(projectsQuery());
  const navigate = useNavigate();
  // An alert leads here with what it knows.
  const [given] = useAddress<"name" | "project">();
  const [project, setProject] = useState<string | null>(given.project ?? null);
  const [severity, setSeverity] = useState("1");
  const [title, setTitle] = useState(given.name ?? "");
  const [scope, setScope] = useState("");
  const [criteria, setCriteria] = useState("");
  const chosen = project ?? mostUsed(projects.data?.items ?? []);
  const open = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/incidents", {
          params: { header: newKey() },
          body: {
            project: chosen ?? "",
            severity: Number(severity) as 1 | 2 | 3,
            title,
            scope,
            criteria: criteria.split("\n").filter((line) => line.trim() !== ""),
          },
        }),
      ),
    onSuccess: (made) => {
      sayDone(t.incidents.opened, made.title);
      void navigate({ to: `/incidents/${made.id}` as never });
    },
  });
  return (
    <Modal opened onClose={close} title={t.incidents.open} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Select
          label={t.incidents.project}
          data={(projects.data?.items ?? []).map(({ name }) => name)}
          value={chosen}
          onChange={setProject}
          data-autofocus
        />
        <Select
          label={t.incidents.severity}
          data={["1", "2", "3"]}
          value={severity}
          onChange={(next) => setSeverity(next ?? "1")}
          allowDeselect={false}
        />
        <TextInput label={t.incidents.name} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
        <Textarea
          label={t.incidents.scope}
          value={scope}
          onChange={(event) => setScope(event.currentTarget.value)}
          autosize
          minRows={2}
        />
        <Textarea
          label={t.incidents.criteria}
          description={t.incidents.criteria_hint}
          value={criteria}
          onChange={(event) => setCriteria(event.currentTarget.value)}
          autosize
          minRows={2}
        />
        {open.error !== null && <Failed error={open.error} />}
        <Button
          disabled={chosen === null || title === "" || scope === ""}
          loading={open.isPending}
          onClick={() => open.mutate()}
        >
          {t.incidents.open}
        </Button>
        <Text size="xs" c="dimmed">
          {t.incidents.lead}
        </Text>
      </Stack>
    </Modal>
  );
}
