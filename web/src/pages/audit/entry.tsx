import { Code, Modal, Stack, Table, Text } from "@mantine/core";
import type { ItemOf } from "../../api/types.ts";
import { actionText } from "../../parts/format.ts";
import { Facts } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

type Entry = ItemOf<"/v1/audit">;
type Loose = Readonly<Record<string, unknown>> | null;

/** Fields whose value is another than before. */
function changesOf(before: Loose, after: Loose): (readonly [string, string, string])[] {
  if (before === null || after === null) return [];
  const text = (value: unknown) => (value === undefined ? "–" : JSON.stringify(value));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => text(before[key]) !== text(after[key]))
    .map((key) => [key, text(before[key]), text(after[key])]);
}

export function AuditEntry({ entry, close }: { entry: Entry; close: () => void }) {
  const changes = changesOf(entry.before, entry.after);
  const json = (title: string, value: Loose) =>
    value === null || Object.keys(value).length === 0 ? null : (
      <div>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Code block>{JSON.stringify(value, null, 2)}</Code>
      </div>
    );
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t.audit.entry(entry.sequence)}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack gap="sm">
        <Facts
          rows={[
            [t.audit.action, `${actionText(entry.action)} (${entry.action})`],
            [t.audit.outcome, <StateMark key="o" state={entry.outcome} />],
            [t.audit.at, <Stamp key="t" at={entry.time} />],
            [t.audit.actor, `${entry.actor_name} (${entry.actor_kind})`],
            [t.audit.address, entry.address],
            [
              t.audit.subject,
              <span key="s" className="hf-mono">
                {entry.subject ?? "–"}
              </span>,
            ],
            [t.audit.why, entry.reason ?? "–"],
            [
              t.audit.request_id,
              <span key="r" className="hf-mono">
                {entry.request_id}
              </span>,
            ],
          ]}
        />
        {changes.length > 0 ? (
          <Table.ScrollContainer minWidth={360}>
            <Table aria-label={t.audit.changed}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t.audit.changed}</Table.Th>
                  <Table.Th>{t.audit.before}</Table.Th>
                  <Table.Th>{t.audit.after}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {changes.map(([key, before, after]) => (
                  <Table.Tr key={key}>
                    <Table.Td>{key}</Table.Td>
                    <Table.Td className="hf-mono hf-wrap">{before}</Table.Td>
                    <Table.Td className="hf-mono hf-wrap">{after}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        ) : (
          json(t.audit.before, entry.before)
        )}
        {json(`${t.audit.request}: ${entry.method} ${entry.path}`, entry.request)}
        {changes.length === 0 && json(t.audit.after, entry.after)}
        <Text size="xs" c="dimmed" className="hf-mono hf-wrap">
          {t.audit.hash} {entry.hash}
        </Text>
      </Stack>
    </Modal>
  );
}
