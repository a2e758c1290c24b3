import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** What a tab is about, and what can be done there. */
export function TabHead({ lead, action }: { lead: string; action?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-end" mb="sm" gap="sm">
      <Text size="sm" c="dimmed" flex={1} miw={220}>
        {lead}
      </Text>
      {action}
    </Group>
  );
}
