import { Button, Modal, Stack, Text, Textarea } from "@mantine/core";
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { href } from "../../app/href.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { api, newKey, take } from "../../api/client.ts";
import type { ItemOf } from "../../api/types.ts";
import { bytesText, countText } from "../../parts/format.ts";
import { Answered, Failed, Panel } from "../../parts/page.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import classes from "../alerts/alerts.module.css";

type Anomaly = ItemOf<"/v1/anomalies">;

const anomaliesQuery = () =>
  queryOptions({
    queryKey: ["anomalies"],
    queryFn: ({ signal }) =>
      take(api.GET("/v1/anomalies", { signal, params: { query: { page_size: 100, filter: "state=OPEN" } } })),
  });

export function Anomalies() {
  const query = useQuery(anomaliesQuery());
  const [ending, setEnding] = useState<Anomaly | null>(null);
  return (
    <Panel title={t.incidents.anomalies}>
      <Text size="sm" c="dimmed" mb="xs">
        {t.incidents.anomalies_lead}
      </Text>
      <Answered query={query} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm">{t.incidents.no_anomaly}</Text>
          ) : (
            <div className={classes.list}>
              {items.map((anomaly) => (
                <article key={anomaly.id} className={classes.alert} data-severity={1}>
                  <div className={classes.body}>
                    <Link to={`/backups/${anomaly.backup_id}` as never} className={classes.summary}>
                      {anomaly.workload_name} {t.incidents.kinds[anomaly.kind] ?? anomaly.kind}
                    </Link>
                    <Text size="xs" c="dimmed">
                      {anomaly.project_name} · <Ago at={anomaly.detected_at} /> ·{" "}
                      {Object.entries(anomaly.signals)
                        .map(([name, value]) => signalText(name, value))
                        .join(", ")}
                    </Text>
                  </div>
                  {anomaly.clean_backup_id !== null && (
                    <Button component={Link} variant="default" {...href(`/backups/${anomaly.clean_backup_id}`)}>
                      {t.incidents.clean}
                    </Button>
                  )}
                  <IfMay scope="anomalies:write">
                    <Button variant="default" onClick={() => setEnding(anomaly)}>
                      {t.incidents.dismiss}
                    </Button>
                  </IfMay>
                </article>
              ))}
            </div>
          )
        }
      </Answered>
      {ending !== null && <Dismiss id={ending.id} close={() => setEnding(null)} />}
    </Panel>
  );
}

/** `source bytes 157 KiB`, `change 3 %`, `usual files 120,006`: a signal's unit is the end of its name. */
function signalText(name: string, value: unknown): string {
  const words = name.replaceAll("_", " ");
  if (typeof value !== "number") return `${words} ${String(value)}`;
  if (name.endsWith("_bytes")) return `${words} ${bytesText(value)}`;
  if (name.endsWith("_percent")) return `${words.replace(/ percent$/, "")} ${countText(value)} %`;
  return `${words} ${countText(value)}`;
}

function Dismiss({ id, close }: { id: string; close: () => void }) {
  const [note, setNote] = useState("");
  const dismiss = useMutation({
    mutationFn: () =>
      take(api.POST("/v1/anomalies/{id}/dismiss", { params: { path: { id }, header: newKey() }, body: { note } })),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ["anomalies"] });
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t.incidents.dismiss_title} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Textarea label={t.incidents.note} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        {dismiss.error !== null && <Failed error={dismiss.error} />}
        <Button disabled={note.trim() === ""} loading={dismiss.isPending} onClick={() => dismiss.mutate()}>
          {t.incidents.dismiss}
        </Button>
      </Stack>
    </Modal>
  );
}
