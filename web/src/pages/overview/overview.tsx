import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { href } from "../../app/href.ts";
import { useMay } from "../../app/session.ts";
import { overviewQuery, replicationQuery, storageGrowthQuery } from "../../api/queries.ts";
import { alertsQuery } from "../../api/queries-watch.ts";
import type { Alert, Overview } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import { OpenAlerts } from "./alerts.tsx";
import { DrillsDue } from "./drills.tsx";
import { StorageGrowth } from "./growth.tsx";
import { CoverageRing } from "./ring.tsx";
import { ReplicationPanel } from "./replication.tsx";
import { RpoList } from "./rpo.tsx";
import { StorageTable } from "./storage.tsx";
import { Timeline } from "./timeline.tsx";

export function OverviewPage() {
  const query = useQuery(overviewQuery());
  const replication = useQuery(replicationQuery());
  const growth = useQuery(storageGrowthQuery());
  const may_drills = useMay("drills:read");
  const may_alerts = useMay("alerts:read");
  const alerts = useQuery({ ...alertsQuery("state=OPEN|ACKNOWLEDGED"), enabled: may_alerts });
  const { data } = query;
  return (
    <>
      <PageHead
        title={t.overview.title}
        lead={data === undefined ? t.common.your_time : <Verdict overview={data} alerts={alerts.data?.items ?? []} />}
      />
      <Answered query={query} rows={10}>
        {(overview) =>
          overview.coverage.workloads === 0 ? (
            <Panel>
              <Empty
                icon="drills"
                title={t.overview.welcome}
                action={
                  <Button component={Link} to="/first-run" size="sm">
                    {t.overview.welcome_go}
                  </Button>
                }
              >
                {t.overview.welcome_more}
              </Empty>
            </Panel>
          ) : (
            <div className="hf-grid">
              <div data-span="4">
                <Panel title={t.overview.coverage}>
                  <CoverageRing coverage={overview.coverage} />
                </Panel>
              </div>
              <div data-span="4">
                <Stack gap="sm">
                  <Panel title={t.overview.rpo}>
                    <RpoList rpo={overview.rpo} />
                  </Panel>
                  {may_drills && (
                    <Panel title={t.overview.drills} aside={<Link to="/drills">{t.nav.drills}</Link>}>
                      <DrillsDue />
                    </Panel>
                  )}
                </Stack>
              </div>
              <div data-span="4">
                <Stack gap="sm">
                  {may_alerts && (
                    <Panel title={t.overview.alerts} aside={<Link to="/alerts">{t.nav.alerts}</Link>}>
                      <Answered query={alerts} rows={2}>
                        {({ items }) => <OpenAlerts alerts={items} />}
                      </Answered>
                    </Panel>
                  )}
                  <Panel title={t.overview.replication}>
                    <Answered query={replication} rows={2}>
                      {(status) => <ReplicationPanel status={status} />}
                    </Answered>
                  </Panel>
                </Stack>
              </div>
              <div>
                <Panel
                  title={t.overview.timeline}
                  aside={t.overview.timeline_aside(
                    countText(overview.activity.workloads.length),
                    countText(overview.activity.workloads_total),
                  )}
                  flush
                >
                  <Timeline activity={overview.activity} />
                </Panel>
              </div>
              <div data-span="6">
                <Panel title={t.overview.growth} aside={<Link to="/tiers">{t.nav.tiers}</Link>} flush>
                  <Answered query={growth} rows={3}>
                    {(it) => <StorageGrowth growth={it} />}
                  </Answered>
                </Panel>
              </div>
              <div data-span="6">
                <Panel title={t.overview.storage} flush>
                  <StorageTable storage={overview.storage} />
                </Panel>
              </div>
            </div>
          )
        }
      </Answered>
    </>
  );
}

/** Severities that somebody is called for. */
const URGENT_MAX = 2;

/** One sentence: all is well, or what needs somebody. */
function Verdict({ overview, alerts }: { overview: Overview; alerts: readonly Alert[] }) {
  const failed = (overview.activity.counts["FAILED"] ?? 0) + (overview.activity.counts["EXPIRED"] ?? 0);
  const { at_risk, workloads } = overview.coverage;
  const urgent = alerts.filter(({ severity }) => severity <= URGENT_MAX).length;
  if (workloads === 0) return <Text size="sm">{t.common.your_time}</Text>;
  if (at_risk + failed + urgent === 0) {
    return (
      <Group gap={6} c="var(--hf-good)" wrap="nowrap">
        <Icon name="check" />
        <span>{t.overview.all_well}</span>
      </Group>
    );
  }
  const failed_runs = `/jobs?kind=backup&state=FAILED|EXPIRED&since=${overview.activity.since}`;
  const parts = [
    at_risk > 0 && { to: "/workloads/at-risk", words: t.overview.at_risk(countText(at_risk)) },
    failed > 0 && { to: failed_runs, words: t.overview.failed_runs(countText(failed)) },
    urgent > 0 && { to: "/alerts", words: t.overview.urgent(countText(urgent), urgent) },
  ].filter((part) => part !== false);
  return (
    <Group gap={6} c="var(--hf-bad)">
      <Icon name="warning" />
      {parts.map(({ to, words }, index) => (
        <Fragment key={to}>
          {index > 0 && <span aria-hidden="true">·</span>}
          <Anchor component={Link} {...href(to)} c="inherit" size="sm" fw={600} underline="always">
            {words}
          </Anchor>
        </Fragment>
      ))}
    </Group>
  );
}
