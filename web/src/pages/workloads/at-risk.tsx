import { Button, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useAddress } from "../../app/address.ts";
import { coverageQuery } from "../../api/queries.ts";
import type { WorkloadCoverage } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import classes from "./at-risk.module.css";
import { Finding } from "./finding.tsx";

const SHOWN_MAX = 500;

/** What is not protected, each with why and the way out. */
export function AtRiskPage() {
  const query = useQuery(coverageQuery());
  const [{ show = "at_risk", policy }, set] = useAddress<"show" | "policy">();
  const words = {
    at_risk: t.overview.risk,
    excepted: t.overview.excepted,
    uncovered: t.overview.uncovered,
    missed: t.overview.missed,
    protected: t.overview.protected,
    all: t.alerts.all,
  } as const;
  const rows = useMemo(() => {
    const known = query.data?.workloads ?? [];
    const all = policy === undefined ? known : known.filter((it) => it.policies.some(({ name }) => name === policy));
    if (show === "all") return all;
    if (show === "missed") return all.filter((it) => it.rpo_met === false);
    if (show === "uncovered") {
      return all.filter((it) => Object.keys(it.tags).length > 0 && it.findings.some((f) => f.code === "NO_POLICY"));
    }
    return all.filter((it) => it.status === show);
  }, [query.data, show, policy]);
  const none = t.workloads.none_of[show] ?? ["", ""];
  return (
    <>
      <PageHead
        title={words[show as keyof typeof words] ?? t.overview.risk}
        above={<Link to="/workloads">{t.workloads.title}</Link>}
        lead={
          policy === undefined ? (
            t.workloads.lead_of[show]
          ) : (
            <>
              {t.policies.name} <Link to={`/policies/${policy}` as never}>{policy}</Link>{" "}
              <Button variant="subtle" size="compact-xs" onClick={() => set({ policy: undefined })}>
                {t.workloads.every_policy}
              </Button>
            </>
          )
        }
        actions={
          <Select
            aria-label={t.workloads.status}
            data={Object.entries(words).map(([value, label]) => ({ value, label }))}
            value={show}
            onChange={(value) => set({ show: value ?? undefined })}
            allowDeselect={false}
            w={190}
          />
        }
      />
      <Answered query={query} rows={8}>
        {() =>
          rows.length === 0 ? (
            <Panel>
              <Empty icon={show === "protected" || show === "all" ? "workloads" : "check"} title={none[0]}>
                {none[1]}
              </Empty>
            </Panel>
          ) : (
            <Stack gap="xs">
              <Text size="xs" c="dimmed">
                {t.table.rows(countText(rows.length))}
              </Text>
              {rows.slice(0, SHOWN_MAX).map((it) => (
                <Risk key={it.workload_id} it={it} />
              ))}
            </Stack>
          )
        }
      </Answered>
    </>
  );
}

function Risk({ it }: { it: WorkloadCoverage }) {
  return (
    <article className={classes.risk}>
      <div className={classes.head}>
        <Link to={`/workloads/${it.workload_id}` as never} className={classes.name}>
          {it.name}
        </Link>
        <span className={classes.quiet}>{it.project}</span>
        <StateMark state={it.status} />
        <span className={classes.quiet}>
          {t.workloads.last}: <Ago at={it.last_good_backup?.created_at} />
        </span>
      </div>
      {it.findings.map((finding) => (
        <Finding key={finding.code + finding.message} finding={finding} />
      ))}
      {it.exception !== null && (
        <Text size="sm">
          {it.exception.reason}{" "}
          <span className={classes.quiet}>
            {t.workloads.exception_until(it.exception.owner ?? "?", it.exception.expires_at ?? "?")}
          </span>
        </Text>
      )}
    </article>
  );
}
