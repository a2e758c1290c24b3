import { Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { href } from "../../app/href.ts";
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
          <div key={`${pair.from_region} ${pair.to_region}`}>
            <Link to="/regions" className={classes.rpo_row}>
              <span className={classes.rpo_head}>
                <span>{t.regions.pair(pair.from_region, pair.to_region)}</span>
                <span className={classes.rpo_count} data-bad={late}>
                  <Icon name={late ? "warning" : "check"} size={13} />
                  {secondsText(pair.lag_seconds)}
                </span>
              </span>
            </Link>
            <span className={classes.quiet}>
              <Link {...href("/jobs?kind=copy&state=QUEUED|WAITING_WINDOW|RUNNING|VERIFYING")}>
                {t.overview.pending} {countText(pair.pending)}
              </Link>{" "}
              ·{" "}
              <Link {...href("/jobs?kind=copy&state=FAILED")}>
                {t.overview.copy_failures} {countText(pair.failures_24h)}
              </Link>
              {pair.cause_text !== null && <> · {pair.cause_text}</>}
            </span>
          </div>
        );
      })}
    </Stack>
  );
}
