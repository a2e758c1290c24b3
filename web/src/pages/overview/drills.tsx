import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { drillPlansQuery, proofsQuery, tasksQuery } from "../../api/queries-assure.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { useNow } from "../../parts/now.ts";
import { Answered } from "../../parts/page.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

const MINUTE_MS = 60_000;

/** How much is proven to restore, what is drilled next, what drills found. */
export function DrillsDue() {
  const proofs = useQuery(proofsQuery());
  const plans = useQuery(drillPlansQuery());
  const tasks = useQuery(tasksQuery("state=OPEN"));
  const now_ms = useNow(MINUTE_MS);
  const due = (plans.data?.items ?? []).filter(
    ({ next_due_at }) => next_due_at !== null && Date.parse(next_due_at) <= now_ms,
  ).length;
  const next = (plans.data?.items ?? [])
    .flatMap(({ name, next_due_at }) => (next_due_at === null ? [] : [{ name, at: next_due_at }]))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))[0];
  const open = tasks.data?.items.length ?? 0;
  return (
    <Answered query={proofs} rows={2}>
      {({ proven, workloads }) => (
        <>
          <Group justify="space-between" wrap="nowrap">
            <Link to="/drills">{t.drills.proven}</Link>
            <Link to="/drills" style={{ color: proven === workloads ? "var(--hf-good)" : "var(--hf-warn)" }}>
              <Icon name={proven === workloads ? "check" : "warning"} size={12} />{" "}
              {t.overview.rpo_row(countText(proven), countText(workloads))}
            </Link>
          </Group>
          <Group justify="space-between" wrap="nowrap">
            <span>{t.overview.drills_due}</span>
            {due === 0 ? (
              <Text span size="sm" c="dimmed">
                {t.overview.none_due}
              </Text>
            ) : (
              <Link to="/drills" style={{ color: "var(--hf-warn)" }}>
                <Icon name="warning" size={12} /> {countText(due)}
              </Link>
            )}
          </Group>
          <Group justify="space-between" wrap="nowrap">
            <span>{t.overview.next_drill}</span>
            {next === undefined ? (
              <Text span size="sm" c="dimmed">
                {t.overview.no_drill_planned}
              </Text>
            ) : (
              <Link to={`/drill-plans/${next.name}` as never}>
                {next.name} <Ago at={next.at} />
              </Link>
            )}
          </Group>
          {open > 0 && (
            <Group justify="space-between" wrap="nowrap" c="var(--hf-bad)">
              <Link to="/drills">{t.drills.tasks}</Link>
              <span>
                <Icon name="warning" size={12} /> {countText(open)}
              </span>
            </Group>
          )}
        </>
      )}
    </Answered>
  );
}
