import { Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Answer } from "../../api/types.ts";
import { countText, secondsText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { t } from "../../texts/index.ts";
import classes from "./overview.module.css";

/** The published alert bound for the lag of copies. */
const LAG_ALERT_SECONDS = 7200;

export function ReplicationPanel({ status }: { status: Answer<"/v1/replication"> }) {
  if (status.pairs.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t.overview.replication_none}
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      {status.pairs.map((pair) => {
        const late = pair.lag_seconds > LAG_ALERT_SECONDS || pair.failed > 0;
        return (
          <Link key={`${pair.from_region} ${pair.to_region}`} to="/regions" className={classes.rpo_row}>
            <span className={classes.rpo_head}>
              <span>{t.regions.pair(pair.from_region, pair.to_region)}</span>
              <span className={classes.rpo_count} data-bad={late}>
                <Icon name={late ? "warning" : "check"} size={13} />
                {secondsText(pair.lag_seconds)}
              </span>
            </span>
            <span className={classes.quiet}>
              {t.overview.pending} {countText(pair.pending)} · {t.overview.copy_failures} {countText(pair.failures_24h)}
            </span>
          </Link>
        );
      })}
    </Stack>
  );
}
