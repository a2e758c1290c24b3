import { Button, Modal, Stack, Text, Textarea, Timeline } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useId } from "../../app/address.ts";
import { href } from "../../app/href.ts";
import { IfMay } from "../../app/may.tsx";
import { alertQuery } from "../../api/queries-watch.ts";
import type { AlertDetail } from "../../api/types.ts";
import { countText, readableText, spanText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { useNow } from "../../parts/now.ts";
import { Answered, Failed, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { Ref } from "../../parts/ref.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago, Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { useAcknowledge, useMark, useResolve } from "./actions.ts";
import classes from "./alerts.module.css";
import { Runbook } from "./runbook.tsx";
import { Severity } from "./severity.tsx";

const MEMBERS_SHOWN = 100;

export function AlertPage() {
  const id = useId();
  const query = useQuery(alertQuery(id));
  const alert = query.data;
  return (
    <>
      <PageHead
        title={alert === undefined ? t.common.one.alert : readableText(alert.summary)}
        above={<Link to="/alerts">{t.alerts.title}</Link>}
        lead={alert === undefined ? undefined : <StateMark state={alert.state} />}
        actions={alert === undefined ? undefined : <Actions alert={alert} />}
      />
      <Answered query={query}>{(data) => <AlertBody alert={data} />}</Answered>
    </>
  );
}

function Actions({ alert }: { alert: AlertDetail }) {
  const [resolving, setResolving] = useState(false);
  const [note, setNote] = useState("");
  const acknowledge = useAcknowledge(alert.id);
  const resolve = useResolve(alert.id, () => setResolving(false));
  if (alert.state === "RESOLVED") return null;
  return (
    <IfMay scope="alerts:write">
      {alert.state === "OPEN" && (
        <Button loading={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
          {t.alerts.acknowledge}
        </Button>
      )}
      <IfMay scope="incidents:write">
        <Button
          variant="default"
          component={Link}
          {...href(
            `/incidents?${new URLSearchParams({
              ask: "incident",
              name: alert.summary,
              ...(alert.project_name === null ? {} : { project: alert.project_name }),
            })}`,
          )}
        >
          {t.incidents.open}
        </Button>
      </IfMay>
      <Button variant="default" onClick={() => setResolving(true)}>
        {t.alerts.resolve}
      </Button>
      <Modal
        opened={resolving}
        onClose={() => setResolving(false)}
        title={t.alerts.resolve_title}
        closeButtonProps={{ "aria-label": t.common.close }}
      >
        <Stack>
          <Text size="sm">{t.alerts.resolve_lead}</Text>
          <Textarea
            label={t.alerts.note}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
            autosize
            minRows={2}
          />
          {resolve.error !== null && <Failed error={resolve.error} />}
          <Button disabled={note.trim() === ""} loading={resolve.isPending} onClick={() => resolve.mutate(note)}>
            {t.alerts.resolve}
          </Button>
        </Stack>
      </Modal>
    </IfMay>
  );
}

function AlertBody({ alert }: { alert: AlertDetail }) {
  return (
    <div className="hf-grid">
      <div data-span="8">
        <Stack gap="sm">
          <Panel title={t.alerts.clocks}>
            <Clocks alert={alert} />
          </Panel>
          <Panel title={t.alerts.runbook}>
            <Runbook rule={alert.rule} file={alert.runbook} />
          </Panel>
          <Panel title={t.alerts.history}>
            <Timeline bulletSize={14} lineWidth={1} active={alert.history.length}>
              {alert.history.map((entry) => (
                <Timeline.Item key={`${entry.time} ${entry.type}`} title={eventWord(entry.type)}>
                  <Text size="xs" c="dimmed">
                    <Stamp at={entry.time} />
                  </Text>
                  <Text size="sm">{[entry.data["by"], entry.data["note"]].filter(Boolean).map(String).join(": ")}</Text>
                </Timeline.Item>
              ))}
            </Timeline>
          </Panel>
        </Stack>
      </div>
      <div data-span="4">
        <Stack gap="sm">
          <Panel>
            <Facts
              rows={[
                [t.alerts.rule, t.alerts.rules[alert.rule] ?? alert.rule.replaceAll("_", " ")],
                [t.alerts.how_bad, <Severity key="s" severity={alert.severity} />],
                [t.alerts.project, alert.project_name ?? "–"],
                [t.alerts.since, <Ago key="o" at={alert.opened_at} />],
                [t.alerts.acknowledged, alert.acknowledged_by ?? "–"],
              ]}
            />
          </Panel>
          {alert.members.length > 0 && (
            <Panel title={t.alerts.members}>
              <ul className={classes.members}>
                {alert.members.slice(0, MEMBERS_SHOWN).map((member) => (
                  <li key={member}>
                    <Ref id={member} />
                  </li>
                ))}
              </ul>
            </Panel>
          )}
          {Object.keys(alert.details).length > 0 && (
            <Panel title={t.alerts.details}>
              <Facts
                rows={Object.entries(alert.details).map(([key, value]) => [
                  key.replaceAll("_", " "),
                  <Detail key={key} value={value} />,
                ])}
              />
            </Panel>
          )}
        </Stack>
      </div>
    </div>
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** What a rule noted beside its sentence. */
function Detail({ value }: { value: unknown }) {
  if (typeof value === "string") return INSTANT.test(value) ? <Stamp at={value} /> : <Ref id={value} />;
  return <span className="hf-wrap">{typeof value === "number" ? countText(value) : JSON.stringify(value)}</span>;
}

function eventWord(type: string): string {
  const known = type.replace(/^holdfast\./, "");
  return t.alerts.events[known] ?? known.replaceAll(/[._]/g, " ");
}

/** What was promised for this severity, each with the time left or the delay. */
function Clocks({ alert }: { alert: AlertDetail }) {
  const now_ms = useNow();
  const [marking, setMarking] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const mark = useMark(alert.id, () => setMarking(null));
  if (alert.timers.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t.alerts.no_clocks}
      </Text>
    );
  }
  return (
    <>
      <ul className={classes.clocks}>
        {alert.timers.map((timer) => {
          const left_ms = Date.parse(timer.due_at) - now_ms;
          const late = timer.met_at === null && left_ms < 0;
          return (
            <li key={timer.step} data-late={late} data-met={timer.met_at !== null}>
              <Icon name={timer.met_at !== null ? "check" : late ? "warning" : "waiting"} size={14} />
              <strong>{t.alerts.steps[timer.step] ?? timer.step}</strong>
              <span>
                {timer.met_at !== null
                  ? `${t.alerts.met}${timer.met_by === null ? "" : `, ${timer.met_by}`}`
                  : late
                    ? t.alerts.late(spanText(-left_ms))
                    : t.alerts.due_in(spanText(left_ms))}
              </span>
              {timer.met_at === null && (
                <IfMay scope="alerts:write">
                  <Button variant="default" onClick={() => setMarking(timer.step)}>
                    {t.alerts.mark}
                  </Button>
                </IfMay>
              )}
            </li>
          );
        })}
      </ul>
      <Modal
        opened={marking !== null}
        onClose={() => setMarking(null)}
        title={t.alerts.mark_title(t.alerts.steps[marking ?? ""] ?? "")}
        closeButtonProps={{ "aria-label": t.common.close }}
      >
        <Stack>
          <Textarea
            label={t.alerts.note}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
          {mark.error !== null && <Failed error={mark.error} />}
          <Button
            disabled={note.trim() === "" || marking === null}
            loading={mark.isPending}
            onClick={() => marking !== null && mark.mutate({ step: marking, note })}
          >
            {t.alerts.mark}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
