import { Alert, Text } from "@mantine/core";
import { countText, stampText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { t } from "../../texts/index.ts";
import type { ReportVerdict } from "./genuine.ts";

/** Whether a report is what was signed, and if not, where it breaks. */
export function ReportOutcome({ verdict }: { verdict: ReportVerdict }) {
  const ok = verdict.findings.length === 0;
  return (
    <Alert
      color={ok ? "green" : "red"}
      variant="outline"
      role="status"
      w="100%"
      icon={<Icon name={ok ? "check" : "cross"} />}
      title={ok ? t.reports.genuine(countText(verdict.files)) : t.reports.forged}
    >
      {verdict.title !== null && (
        <Text size="sm">
          {verdict.title}
          {verdict.made_at === null ? "" : `, ${stampText(verdict.made_at)}`}
        </Text>
      )}
      {verdict.findings.map((finding) => (
        <Text key={finding} size="sm">
          {finding}
        </Text>
      ))}
    </Alert>
  );
}
