import { Button, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IfMay } from "../../app/may.tsx";
import { drillsQuery } from "../../api/queries-assure.ts";
import type { WorkloadCoverage } from "../../api/types.ts";
import { Answered, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { AskDrill } from "../drills/ask-drill.tsx";
import { DrillTrend } from "../drills/drill-trend.tsx";

/** Whether this workload is proven to restore, and RTO and RPO as drills measured them. */
export function ProvenPanel({ workload_id, proof }: { workload_id: string; proof: WorkloadCoverage["proof"] }) {
  const query = useQuery(drillsQuery(`workload_id=${workload_id}`));
  const [asking, { open, close }] = useDisclosure(false);
  return (
    <Panel
      title={t.drills.history}
      aside={
        <IfMay scope="drills:write">
          <Button variant="default" onClick={open}>
            {t.drills.now_this}
          </Button>
        </IfMay>
      }
    >
      <Answered query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t.drills.never}
            </Text>
          ) : (
            <Stack gap="sm">
              {proof !== null && (
                <Text size="sm" component="div">
                  <StateMark state={proof.state} /> <Ago at={proof.proven_at} /> ·{" "}
                  <Link to={`/drills/${proof.drill_id}` as never}>{t.drills.last}</Link>
                  {proof.void_reasons.map((reason) => (
                    <Text key={reason} size="xs" c="var(--hf-warn)" className="hf-sentence">
                      {reason}
                    </Text>
                  ))}
                </Text>
              )}
              <Text size="sm" fw={600}>
                {t.drills.trend}
              </Text>
              <DrillTrend drills={items} of="rto" />
              <Text size="sm" fw={600}>
                {t.drills.trend_rpo}
              </Text>
              <DrillTrend drills={items} of="rpo" />
            </Stack>
          )
        }
      </Answered>
      {asking && <AskDrill workload={workload_id} close={close} />}
    </Panel>
  );
}
