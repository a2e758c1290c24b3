import { Button, SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { alertsQuery } from "../../api/queries-watch.ts";
import type { Alert } from "../../api/types.ts";
import { countText, readableText, spanText, utcText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { useNow } from "../../parts/now.ts";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import classes from "./alerts.module.css";
import { useAcknowledge } from "./actions.ts";
import { Severity } from "./severity.tsx";

const FILTERS = { open: "state=OPEN|ACKNOWLEDGED", resolved: "state=RESOLVED", all: "" } as const;

/** The inbox: by severity, then by age. */
export function AlertsPage() {
  const [{ show = "open" }, set] = useAddress<"show">();
  const query = useQuery(alertsQuery(FILTERS[show as keyof typeof FILTERS] ?? FILTERS.open));
  return (
    <>
      <PageHead
        title={t.alerts.title}
        lead={t.alerts.lead}
        actions={
          <SegmentedControl
            aria-label={t.alerts.title}
            value={show}
            onChange={(next) => set({ show: next })}
            data={[
              { value: "open", label: t.alerts.open },
              { value: "resolved", label: t.alerts.resolved },
              { value: "all", label: t.alerts.all },
            ]}
          />
        }
      />
      <Answered query={query} rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <Empty icon="check" title={t.alerts.none}>
                {t.alerts.none_more}
              </Empty>
            </Panel>
          ) : (
            <div className={classes.list}>
              {[...items]
                .sort((a, b) => a.severity - b.severity || a.opened_at.localeCompare(b.opened_at))
                .map((alert) => (
                  <AlertRow key={alert.id} alert={alert} />
                ))}
            </div>
          )
        }
      </Answered>
    </>
  );
}

/** The clock that runs out next, counting down; behind its time, it counts how far. */
function NextClock({ alert }: { alert: Alert }) {
  const now_ms = useNow();
  if (alert.state === "RESOLVED") return null;
  if (alert.next_clock === null) {
    return (
      <Text span size="xs" c="dimmed">
        {t.alerts.no_clock}
      </Text>
    );
  }
  const left_ms = Date.parse(alert.next_clock.due_at) - now_ms;
  const late = left_ms < 0;
  return (
    <Text
      span
      size="xs"
      fw={600}
      c={late ? "var(--hf-bad)" : "var(--hf-warn)"}
      className="hf-figures"
      role="timer"
      title={utcText(alert.next_clock.due_at)}
    >
      <Icon name={late ? "warning" : "waiting"} size={13} />{" "}
      {t.alerts.clock_words[alert.next_clock.step] ?? alert.next_clock.step}{" "}
      {late ? t.alerts.late(spanText(-left_ms)) : t.alerts.due_in(spanText(left_ms))}
    </Text>
  );
}

function AlertRow({ alert }: { alert: Alert }) {
  const acknowledge = useAcknowledge(alert.id);
  return (
    <article className={classes.alert} data-severity={alert.severity} data-state={alert.state}>
      <Severity severity={alert.severity} />
      <div className={classes.body}>
        <Link to={`/alerts/${alert.id}` as never} className={classes.summary}>
          {readableText(alert.summary)}
        </Link>
        <Text size="xs" c="dimmed">
          {alert.project_name === null ? "" : `${alert.project_name} · `}
          {t.alerts.rules[alert.rule] ?? alert.rule.replaceAll("_", " ")} · {t.alerts.since}{" "}
          <Ago at={alert.opened_at} />
          {alert.members.length > 0 && ` · ${t.alerts.hurts(countText(alert.members.length))}`}
          {alert.acknowledged_by !== null && ` · ${t.alerts.acknowledged_by(alert.acknowledged_by)}`}
        </Text>
      </div>
      <NextClock alert={alert} />
      <StateMark state={alert.state} />
      {alert.state === "OPEN" && (
        <IfMay scope="alerts:write">
          <Button variant="default" loading={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
            {t.alerts.acknowledge}
          </Button>
        </IfMay>
      )}
    </article>
  );
}
