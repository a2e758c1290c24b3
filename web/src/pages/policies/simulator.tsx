import { Alert, Stack, Table, Text } from "@mantine/core";
import { useRef } from "react";
import type { PolicyPreview } from "../../api/types.ts";
import { countText, secondsText, shortText, spanText, stampText, utcText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Chip } from "../../parts/state.tsx";
import { t } from "../../texts/index.ts";
import type { Draft } from "./draft.ts";
import classes from "./policies.module.css";

const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  hourly: DAY_MS / 24,
  daily: DAY_MS,
  weekly: 7 * DAY_MS,
  monthly: 30.44 * DAY_MS,
  yearly: 365.25 * DAY_MS,
};

/** What the policy would do, as the server computes it; the last answer stays until the next one is there. */
export function Simulator({ draft }: { draft: Draft }) {
  const last = useRef<PolicyPreview | undefined>(undefined);
  if (draft.preview !== undefined) last.current = draft.preview;
  const preview = draft.preview ?? last.current;
  if (preview === undefined) {
    return (
      <Text size="sm" c="dimmed">
        {draft.problems.length > 0 ? t.policies.simulator_broken : t.policies.simulator_wait}
      </Text>
    );
  }
  return (
    <div className={classes.simulator} aria-live="polite">
      {draft.preview === undefined && (
        <Text size="sm" c="var(--hf-warn)" mb="xs">
          {draft.problems.length > 0 ? t.policies.simulator_old : t.policies.simulator_wait}
        </Text>
      )}
      <Preview preview={preview} />
    </div>
  );
}

export function Preview({ preview }: { preview: PolicyPreview }) {
  const points = preview.kept.reduce((sum, { count }) => sum + count, 0);
  const reach_ms = Math.max(0, ...preview.kept.map((kept) => kept.count * (UNIT_MS[kept.class] ?? 0)));
  return (
    <Stack gap="sm">
      {preview.warnings.map((warning) => (
        <Alert key={warning} color="yellow" variant="outline" icon={<Icon name="warning" />} p="xs">
          {warning}
        </Alert>
      ))}
      <Text size="sm">
        {t.policies.rpo} {secondsText(preview.rpo_seconds)} · {t.policies.held(countText(points))},{" "}
        {t.policies.oldest(spanText(reach_ms))}
      </Text>
      <Table.ScrollContainer minWidth={300}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t.policies.run_at}</Table.Th>
              <Table.Th>{t.backups.classes}</Table.Th>
              <Table.Th>{t.policies.kept_until}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {preview.runs.map((run) => (
              <Table.Tr key={run.at}>
                <Table.Td title={utcText(run.at)}>{shortText(run.at)}</Table.Td>
                <Table.Td>
                  {run.classes.length === 0
                    ? "–"
                    : run.classes.map((it) => (
                        <Chip key={it} title={run.reasons.join(" ")}>
                          {it}
                        </Chip>
                      ))}
                </Table.Td>
                <Table.Td>
                  {run.retain_until === null ? "–" : shortText(run.retain_until)}{" "}
                  {run.lock_until !== null && (
                    <span title={`${t.policies.locked_until} ${stampText(run.lock_until)}`}>
                      <Icon name="lock" size={12} />
                    </span>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed">
        {preview.kept.map((kept) => kept.text).join("; ")} ({preview.zone})
      </Text>
    </Stack>
  );
}
