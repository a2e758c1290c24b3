import { Button, Code, Group, Modal, Stack, Text, Textarea, TextInput, Timeline } from "@mantine/core";
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useId } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import type { Answer, PostBody } from "../../api/types.ts";
import { readableText } from "../../parts/format.ts";
import { Answered, Failed, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { Severity } from "../alerts/severity.tsx";
import { ResponseClock } from "./clock.tsx";

type Incident = Answer<"/v1/incidents/{id}">;
const renew = () => void queryClient.invalidateQueries({ queryKey: ["incidents"] });

const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ["incidents", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/incidents/{id}", { signal, params: { path: { id } } })),
  });

function useUpdate(id: string) {
  return useMutation({
    mutationFn: (body: PostBody<"/v1/incidents/{id}/update">) =>
      take(api.POST("/v1/incidents/{id}/update", { params: { path: { id }, header: newKey() }, body })),
    onSuccess: renew,
    onError: (error) => sayFailed(t.incidents.title, error),
  });
}

export function IncidentPage() {
  const query = useQuery(incidentQuery(useId()));
  const [closing, setClosing] = useState(false);
  const incident = query.data;
  const update = useUpdate(incident?.id ?? "");
  return (
    <>
      <PageHead
        title={incident?.title ?? t.common.one.incident}
        above={<Link to="/incidents">{t.incidents.title}</Link>}
        lead={incident === undefined ? undefined : <ResponseClock incident={incident} />}
        actions={
          incident === undefined || incident.state === "CLOSED" ? undefined : (
            <IfMay scope="incidents:write">
              {incident.responded_by === null && (
                <Button loading={update.isPending} onClick={() => update.mutate({ respond: true })}>
                  {t.incidents.respond}
                </Button>
              )}
              <Button variant="default" onClick={() => setClosing(true)}>
                {t.incidents.close}
              </Button>
            </IfMay>
          )
        }
      />
      <Answered query={query}>{(data) => <Detail incident={data} />}</Answered>
      {closing && incident !== undefined && <CloseDialog id={incident.id} close={() => setClosing(false)} />}
    </>
  );
}

function Detail({ incident }: { incident: Incident }) {
  const update = useUpdate(incident.id);
  const [note, setNote] = useState("");
  const open = incident.state !== "CLOSED";
  return (
    <div className="hf-grid">
      <div data-span="8">
        <Stack gap="sm">
          <Panel title={t.incidents.criteria}>
            <Stack gap="xs">
              {incident.criteria.map((criterion, index) => (
                <Criterion key={criterion.text} incident={incident} index={index} />
              ))}
            </Stack>
          </Panel>
          <Panel title={t.incidents.timeline}>
            <Timeline bulletSize={12} lineWidth={1}>
              {incident.timeline.map((entry) => (
                <Timeline.Item
                  key={`${entry.at} ${entry.what}`}
                  title={<div className="hf-sentence">{wordsOf(entry.what)}</div>}
                >
                  <Text size="xs" c="dimmed">
                    <Stamp at={entry.at} />
                    {entry.evidence_index === null ? "" : ` · #${entry.evidence_index}`}
                  </Text>
                </Timeline.Item>
              ))}
            </Timeline>
            {open && (
              <IfMay scope="incidents:write">
                <Group align="flex-end" mt="sm">
                  <Textarea
                    label={t.incidents.note}
                    value={note}
                    onChange={(event) => setNote(event.currentTarget.value)}
                    flex={1}
                    autosize
                  />
                  <Button
                    disabled={note.trim() === ""}
                    loading={update.isPending}
                    onClick={() => update.mutate({ note }, { onSuccess: () => setNote("") })}
                  >
                    {t.incidents.add_note}
                  </Button>
                </Group>
              </IfMay>
            )}
          </Panel>
        </Stack>
      </div>
      <div data-span="4">
        <Stack gap="sm">
          <Panel>
            <Facts
              rows={[
                [t.incidents.severity, <Severity key="s" severity={incident.severity} />],
                [t.incidents.project, incident.project_name],
                [t.backups.made, <Stamp key="o" at={incident.opened_at} />],
                incident.within_allowance ? null : ["", t.incidents.beyond],
              ]}
            />
            <Text size="sm" mt="sm">
              {incident.scope}
            </Text>
          </Panel>
          <Panel title={t.incidents.document}>
            <Code block tabIndex={0} mah={320}>
              {incident.document}
            </Code>
          </Panel>
        </Stack>
      </div>
    </div>
  );
}

/** What the log says, without its keys. */
function wordsOf(what: string): string {
  const allowance = what
    .replace("within_allowance: true", t.incidents.within)
    .replace("within_allowance: false", t.incidents.beyond);
  return readableText(allowance).replaceAll("_", " ");
}

function Criterion({ incident, index }: { incident: Incident; index: number }) {
  const update = useUpdate(incident.id);
  const [evidence, setEvidence] = useState("");
  const criterion = incident.criteria[index];
  if (criterion === undefined) return null;
  const say = (met: boolean) => update.mutate({ criterion: { index, met, evidence } });
  const word = criterion.met === null ? t.incidents.open_yet : criterion.met ? t.incidents.met : t.incidents.not_met;
  const tone = criterion.met === null ? "idle" : criterion.met ? "good" : "bad";
  return (
    <div>
      <Text size="sm">
        <strong style={{ color: `var(--hf-${tone})` }}>{word}</strong>: {criterion.text}
        {criterion.evidence !== null && <Text span size="xs" c="dimmed">{` (${criterion.evidence})`}</Text>}
      </Text>
      {criterion.met === null && incident.state !== "CLOSED" && (
        <IfMay scope="incidents:write">
          <Group align="flex-end" gap="xs">
            <TextInput
              label={t.incidents.evidence}
              value={evidence}
              onChange={(event) => setEvidence(event.currentTarget.value)}
              flex={1}
            />
            <Button variant="default" disabled={evidence === ""} loading={update.isPending} onClick={() => say(true)}>
              {t.incidents.met}
            </Button>
            <Button variant="default" disabled={evidence === ""} loading={update.isPending} onClick={() => say(false)}>
              {t.incidents.not_met}
            </Button>
          </Group>
        </IfMay>
      )}
    </div>
  );
}

function CloseDialog({ id, close }: { id: string; close: () => void }) {
  const [worked, setWorked] = useState("");
  const [improve, setImprove] = useState("");
  const end = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/incidents/{id}/close", {
          params: { path: { id }, header: newKey() },
          body: { worked, improve },
        }),
      ),
    onSuccess: () => {
      renew();
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t.incidents.close_title} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Textarea
          label={t.incidents.worked}
          value={worked}
          onChange={(event) => setWorked(event.currentTarget.value)}
        />
        <Textarea
          label={t.incidents.improve}
          value={improve}
          onChange={(event) => setImprove(event.currentTarget.value)}
        />
        {end.error !== null && <Failed error={end.error} />}
        <Button disabled={worked === "" || improve === ""} loading={end.isPending} onClick={() => end.mutate()}>
          {t.incidents.close}
        </Button>
      </Stack>
    </Modal>
  );
}
