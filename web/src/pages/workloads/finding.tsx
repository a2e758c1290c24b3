import { Text } from "@mantine/core";
import type { WorkloadCoverage } from "../../api/types.ts";
import { Command } from "../../parts/page.tsx";
import classes from "./at-risk.module.css";

/** A finding and what to do about it; a command can be copied. */
export function Finding({ finding }: { finding: WorkloadCoverage["findings"][number] }) {
  const command = /baas [a-z].*$/.exec(finding.fix)?.[0];
  const before = command === undefined ? finding.fix : finding.fix.slice(0, finding.fix.length - command.length);
  return (
    <div className={classes.finding}>
      <Text size="sm" className="hf-sentence">
        {finding.message}
      </Text>
      <Text size="sm" component="div" c="dimmed">
        {before} {command !== undefined && <Command>{command}</Command>}
      </Text>
    </div>
  );
}
