import { Alert, Button, Code, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { api, newKey, take } from "../../api/client.ts";
import { backupQuery } from "../../api/queries.ts";
import type { RestoreForecast, RestorePlan, RestoreRequest } from "../../api/types.ts";
import { bytesText, countText, secondsText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Facts, Failed } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Stamp, Told } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import type { WizardKey } from "./wizard.tsx";

const PATHS_SHOWN = 12;

function requestOf(search: { readonly [Key in WizardKey]?: string }): RestoreRequest {
  const { backup = "", mode, path, name, region, paths, replace, extra, to_time, data_dir } = search;
  const options = { ...(to_time === undefined ? {} : { to_time }), ...(data_dir === undefined ? {} : { data_dir }) };
  const only = (paths ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return {
    backup_id: backup,
    ...(mode === "in_place" ? { in_place: true } : {}),
    ...(path === undefined ? {} : { target_path: path }),
    ...(name === undefined ? {} : { new_name: name }),
    ...(region === undefined ? {} : { region }),
    ...(only.length === 0 ? {} : { paths: only }),
    ...(replace === "yes" ? { replace_existing: true } : {}),
    ...(extra === "yes" ? { delete_extra: true } : {}),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

/** From what drills of it, or of its kind, measured. */
function expectedText({ p50_seconds, p95_seconds, rto_target_seconds, meets_target }: RestoreForecast): string {
  const [usual, slow] = [secondsText(p50_seconds), secondsText(p95_seconds)];
  const words = usual === slow ? usual : `${usual} – ${slow}`;
  const target = t.restore.expected_target(secondsText(rto_target_seconds));
  return `${words} ${meets_target === false ? "✕" : "✓"} ${target}`;
}

/** What is cold is made readable by the restore itself; that takes its time, and may cost money. */
function thawText({ thaw_bytes, thaw_seconds, thaw_cost }: RestoreForecast): string {
  const cost = thaw_cost === null ? null : thaw_cost.toFixed(2);
  return t.tiers.thaw_takes(bytesText(thaw_bytes), secondsText(thaw_seconds), cost);
}

/** The server's plan, the gate where something that exists is touched, and the start. */
export function CheckStep() {
  const [search, set] = useAddress<WizardKey>();
  const navigate = useNavigate();
  const [confirm, setConfirm] = useState("");
  const body = requestOf(search);
  const backup = useQuery(backupQuery(body.backup_id));
  const plan = useQuery({
    queryKey: ["restores", "plan", body],
    // A dry run answers 200 with the plan; the contract also knows the 202 of the real thing.
    queryFn: async ({ signal }) =>
      (await take(
        api.POST("/v1/restores", { signal, params: { query: { dry_run: "true" } }, body }),
      )) as unknown as RestorePlan,
    retry: false,
    staleTime: 0,
  });
  // One key for this page: a second click, or a lost answer, starts nothing twice.
  const [key] = useState(newKey);
  const run = useMutation({
    mutationFn: async (confirmed: string | null) =>
      (await take(
        api.POST("/v1/restores", {
          params: { header: key },
          body: { ...body, ...(confirmed === null ? {} : { confirm: confirmed }) },
        }),
      )) as unknown as { readonly resource_id: string | null },
    // Where in-place restores take a second person, there is no restore yet.
    onSuccess: ({ resource_id }) =>
      void navigate({ to: (resource_id === null ? "/approvals" : `/restores/${resource_id}`) as never }),
  });
  return (
    <Stack gap="md" maw={760}>
      <Title order={2}>{t.restore.check_title}</Title>
      <Answered query={plan} rows={6}>
        {(it) => (
          <Stack gap="md">
            <Facts
              rows={[
                [t.backups.workload, backup.data?.workload_name ?? "…"],
                [t.backups.made, backup.data === undefined ? "…" : <Stamp key="b" at={backup.data.created_at} />],
                search.to_time === undefined ? null : [t.moment.to, <Stamp key="m" at={search.to_time} />],
                [t.restore.verified_state, <StateMark key="v" state={backup.data?.verified_state ?? "UNVERIFIED"} />],
                [t.restore.plan_from, it.region],
                [
                  t.restore.plan_to,
                  <span key="t" className="hf-mono">
                    {it.target}
                  </span>,
                  "wide",
                ],
                [t.restore.plan_files, countText(it.files)],
                [t.restore.plan_folders, countText(it.directories)],
                [t.restore.plan_bytes, bytesText(it.bytes)],
                it.forecast === null || it.forecast.p50_seconds === null
                  ? null
                  : [t.restore.expected, expectedText(it.forecast)],
                it.forecast === null || it.forecast.thaw_bytes === 0
                  ? null
                  : [t.tiers.thaw_first, thawText(it.forecast), "wide"],
              ]}
            />
            {it.notes.length > 0 && (
              <div>
                <Text size="sm" fw={600}>
                  {t.moment.notes}
                </Text>
                {it.notes.map((note) => (
                  <Text key={note} size="sm" className="hf-sentence">
                    <Told text={note} />
                  </Text>
                ))}
              </div>
            )}
            <Touched plan={it} />
            {it.confirm_with !== null && (
              <TextInput
                label={t.restore.confirm_label(it.confirm_with)}
                value={confirm}
                onChange={(event) => setConfirm(event.currentTarget.value)}
                autoComplete="off"
                maw={360}
              />
            )}
            {run.error !== null && <Failed error={run.error} />}
            <Group>
              <Button
                size="sm"
                loading={run.isPending}
                color={it.confirm_with === null ? undefined : "red"}
                disabled={it.confirm_with !== null && confirm !== it.confirm_with}
                onClick={() => run.mutate(it.confirm_with)}
                leftSection={<Icon name="restore" size={14} />}
              >
                {t.restore.run}
              </Button>
              <Button size="sm" variant="default" onClick={() => set({ step: "where" }, { replace: false })}>
                {t.restore.change}
              </Button>
            </Group>
          </Stack>
        )}
      </Answered>
      {plan.error !== null && (
        <Group>
          <Button variant="default" onClick={() => set({ step: "where" }, { replace: false })}>
            {t.restore.change}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Touched({ plan }: { plan: RestorePlan }) {
  if (plan.overwrites_total + plan.deletes_total === 0) {
    return (
      <Text size="sm" c="var(--hf-good)">
        <Icon name="check" size={14} /> {t.restore.touches_nothing}
      </Text>
    );
  }
  const list = (paths: readonly string[]) => (
    <Code block className="hf-lines">
      {paths.slice(0, PATHS_SHOWN).join("\n")}
    </Code>
  );
  return (
    <Alert color="red" variant="outline" icon={<Icon name="warning" />} title={t.restore.confirm_title}>
      <Stack gap="xs">
        {plan.overwrites_total > 0 && (
          <div>
            <Text size="sm">{t.restore.overwrites(countText(plan.overwrites_total))}</Text>
            {list(plan.overwrites)}
          </div>
        )}
        {plan.deletes_total > 0 && (
          <div>
            <Text size="sm">{t.restore.deletes(countText(plan.deletes_total))}</Text>
            {list(plan.deletes)}
          </div>
        )}
      </Stack>
    </Alert>
  );
}
