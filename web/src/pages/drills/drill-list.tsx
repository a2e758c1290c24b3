import type { ItemOf } from "../../api/types.ts";
import { secondsText } from "../../parts/format.ts";
import { Empty, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { DataTable } from "../../parts/table.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

export function DrillList({ drills }: { drills: readonly ItemOf<"/v1/drills">[] }) {
  if (drills.length === 0) {
    return (
      <Panel>
        <Empty icon="drills" title={t.drills.none}>
          {t.drills.none_more}
        </Empty>
      </Panel>
    );
  }
  return (
    <DataTable
      label={t.drills.recent}
      rows={drills}
      rowKey={(it) => it.id}
      rowLink={(it) => ({ to: `/drills/${it.id}` })}
      height="26rem"
      columns={[
        { key: "w", title: t.drills.workload, width: "minmax(7rem, 2fr)", cell: (it) => it.workload_name },
        {
          key: "s",
          title: t.drills.state,
          width: "8.75rem",
          cell: (it) => <StateMark state={it.state} reason={it.findings[0]?.message ?? null} />,
        },
        {
          key: "r",
          title: t.drills.took,
          width: "4.5rem",
          align: "end",
          wide: true,
          cell: (it) => secondsText(it.rto_seconds),
        },
        {
          key: "l",
          title: t.drills.lost,
          width: "4.5rem",
          align: "end",
          wide: true,
          cell: (it) => secondsText(it.rpo_seconds),
        },
        { key: "a", title: t.drills.when, width: "5.5rem", cell: (it) => <Ago at={it.requested_at} /> },
      ]}
    />
  );
}
