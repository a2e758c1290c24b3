import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { holdsQuery } from "../../api/queries-assure.ts";
import type { ItemOf } from "../../api/types.ts";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { ReleaseButton } from "./release.tsx";

type Hold = ItemOf<"/v1/holds">;

export function HoldsPage() {
  const query = useQuery(holdsQuery(""));
  return (
    <>
      <PageHead title={t.holds.title} lead={t.holds.lead} above={<Link to="/backups">{t.backups.title}</Link>} />
      <Panel flush>
        <Answered query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="lock" title={t.holds.none}>
                {t.holds.none_more}
              </Empty>
            ) : (
              <HoldRows holds={items} />
            )
          }
        </Answered>
      </Panel>
    </>
  );
}

function HoldRows({ holds }: { holds: readonly Hold[] }) {
  return (
    <Rows
      label={t.holds.title}
      items={holds}
      rowKey={(it) => it.id}
      none={t.holds.none}
      least={620}
      columns={[
        { title: t.holds.what, cell: (it) => <What hold={it} /> },
        { title: t.holds.reason, cell: (it) => it.reason },
        { title: t.holds.since, cell: (it) => <Ago at={it.created_at} /> },
        {
          title: t.jobs.state,
          cell: (it) =>
            it.released_at === null ? (
              <Chip tone="warn">{t.holds.held}</Chip>
            ) : (
              <Chip title={it.release_reason ?? undefined}>
                {t.holds.released} <Ago at={it.released_at} />
              </Chip>
            ),
        },
        { title: "", end: true, cell: (it) => (it.released_at === null ? <ReleaseButton hold={it} /> : null) },
      ]}
    />
  );
}

function What({ hold }: { hold: Hold }) {
  const name = hold.workload_name ?? "–";
  if (hold.backup_id !== null) return <Link to={`/backups/${hold.backup_id}` as never}>{t.holds.one_of(name)}</Link>;
  return <Link to={`/workloads/${hold.workload_id}` as never}>{t.holds.all_of(name)}</Link>;
}
