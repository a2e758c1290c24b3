import { Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ItemOf } from "../../api/types.ts";
import { StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

export function Deliveries({ items }: { items: readonly ItemOf<"/v1/deliveries">[] }) {
  if (items.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="sm">
        {t.oncall.no_deliveries}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.oncall.state}</Table.Th>
            <Table.Th>{t.oncall.why}</Table.Th>
            <Table.Th>{t.oncall.to}</Table.Th>
            <Table.Th ta="end">{t.oncall.attempt}</Table.Th>
            <Table.Th>{t.oncall.when}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((delivery) => (
            <Table.Tr key={delivery.id}>
              <Table.Td>
                <StateMark state={delivery.state} reason={delivery.last_error} />
              </Table.Td>
              <Table.Td>
                {delivery.alert_id === null ? (
                  delivery.kind
                ) : (
                  <Link to={`/alerts/${delivery.alert_id}` as never}>{delivery.kind}</Link>
                )}
              </Table.Td>
              <Table.Td>
                {delivery.person ?? "–"} ({delivery.channel_name})
              </Table.Td>
              <Table.Td ta="end">{delivery.attempt}</Table.Td>
              <Table.Td>
                <Ago at={delivery.sent_at ?? delivery.created_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
