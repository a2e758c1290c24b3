import { Link } from "@tanstack/react-router";
import type { ItemOf } from "../../api/types.ts";
import { Rows } from "../../parts/rows.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

export function Deliveries({ items }: { items: readonly ItemOf<"/v1/deliveries">[] }) {
  return (
    <Rows
      label={t.oncall.deliveries}
      items={items}
      rowKey={(delivery) => delivery.id}
      none={t.oncall.no_deliveries}
      least={560}
      columns={[
        {
          title: t.oncall.state,
          cell: (delivery) => <StateMark state={delivery.state} reason={delivery.last_error} />,
        },
        {
          title: t.oncall.why,
          cell: ({ alert_id, kind }) =>
            alert_id === null ? kind : <Link to={`/alerts/${alert_id}` as never}>{kind}</Link>,
        },
        { title: t.oncall.to, cell: (delivery) => `${delivery.person ?? "–"} (${delivery.channel_name})` },
        { title: t.oncall.attempt, end: true, cell: (delivery) => delivery.attempt },
        { title: t.oncall.when, cell: (delivery) => <Ago at={delivery.sent_at ?? delivery.created_at} /> },
      ]}
    />
  );
}
