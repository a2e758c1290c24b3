import { Button, SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { drillPlansQuery, drillsQuery, proofsQuery, tasksQuery } from "../../api/queries-assure.ts";
import type { ItemOf } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, PageHead, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { AskDrill } from "./ask-drill.tsx";
import { AskPlan } from "./ask-plan.tsx";
import { DrillCalendar } from "./calendar.tsx";
import { ClassTable } from "./classes.tsx";
import { DrillList } from "./drill-list.tsx";
import { DrillTrend } from "./drill-trend.tsx";
import { TaskList } from "./tasks.tsx";

type Drill = ItemOf<"/v1/drills">;

export function DrillsPage() {
  const [{ ask }, set] = useAddress<"ask">();
  const drills = useQuery(drillsQuery(""));
  const plans = useQuery(drillPlansQuery());
  const proofs = useQuery(proofsQuery());
  const tasks = useQuery(tasksQuery("state=OPEN"));
  const close = () => set({ ask: undefined });
  return (
    <>
      <PageHead
        title={t.drills.title}
        lead={t.drills.lead}
        actions={
          <IfMay scope="drills:write">
            <Button leftSection={<Icon name="play" size={14} />} onClick={() => set({ ask: "drill" })}>
              {t.drills.now}
            </Button>
            <Button variant="default" leftSection={<Icon name="plus" size={14} />} onClick={() => set({ ask: "plan" })}>
              {t.drills.new_plan}
            </Button>
          </IfMay>
        }
      />
      <div className="hf-grid">
        <div>
          <Panel
            title={t.drills.classes}
            aside={
              proofs.data === undefined
                ? undefined
                : t.drills.classes_aside(countText(proofs.data.proven), countText(proofs.data.workloads))
            }
            flush
          >
            <Answered query={proofs}>{({ classes }) => <ClassTable classes={classes} />}</Answered>
          </Panel>
        </div>
        <div data-span="7">
          <Stack gap="sm">
            <Answered query={drills}>{({ items }) => <Trends drills={items} />}</Answered>
            <Answered query={drills}>{({ items }) => <DrillList drills={items} />}</Answered>
          </Stack>
        </div>
        <div data-span="5">
          <Stack gap="sm">
            <Panel title={t.drills.calendar}>
              <Answered query={plans}>
                {({ items }) => <DrillCalendar drills={drills.data?.items ?? []} plans={items} />}
              </Answered>
            </Panel>
            <Panel title={t.drills.plans} flush>
              <Answered query={plans}>{({ items }) => <PlanList plans={items} />}</Answered>
            </Panel>
            <Panel title={t.drills.tasks} flush>
              <Answered query={tasks}>{({ items }) => <TaskList tasks={items} />}</Answered>
            </Panel>
          </Stack>
        </div>
      </div>
      {ask === "drill" && <AskDrill close={close} />}
      {ask === "plan" && <AskPlan close={close} />}
    </>
  );
}

function Trends({ drills }: { drills: readonly Drill[] }) {
  const classes = [...new Set(drills.map((it) => it.class))].sort();
  const [chosen, setChosen] = useState<string | null>(null);
  const of = chosen ?? drills[0]?.class ?? "";
  const measured = drills.filter((it) => it.class === of);
  return (
    <Panel
      title={t.drills.trend}
      aside={
        classes.length > 1 ? (
          <SegmentedControl data={classes} value={of} onChange={setChosen} aria-label={t.drills.class} />
        ) : (
          of
        )
      }
    >
      <DrillTrend drills={measured} of="rto" />
    </Panel>
  );
}

function PlanList({ plans }: { plans: readonly ItemOf<"/v1/drill-plans">[] }) {
  return (
    <Rows
      label={t.drills.plans}
      items={plans}
      rowKey={(it) => it.id}
      none={t.drills.no_plan}
      least={280}
      columns={[
        { title: t.drills.plan, cell: (it) => <Link to={`/drill-plans/${it.name}` as never}>{it.name}</Link> },
        { title: t.drills.cadence, cell: (it) => <Text size="sm">{it.cadence}</Text> },
        {
          title: t.drills.next_due,
          cell: (it) => (it.next_due_at === null ? t.drills.rests : <Stamp at={it.next_due_at} />),
        },
      ]}
    />
  );
}
