import { Button, Checkbox, Group, Radio, Select, Stack, Textarea, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { backupQuery, workloadQuery } from "../../api/queries.ts";
import { Answered } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import { logKindOf } from "../moment/reach.ts";
import classes from "./restore.module.css";
import type { WizardKey } from "./wizard.tsx";

const MODES = ["path", "new_resource", "in_place"] as const;
type Mode = (typeof MODES)[number];

export function WhereStep() {
  const [search, set] = useAddress<WizardKey>();
  const query = useQuery(backupQuery(search.backup ?? ""));
  const workload = useQuery(workloadQuery(search.workload ?? ""));
  const kind = workload.data === undefined ? null : logKindOf(workload.data);
  const [picked, setMode] = useState<Mode | null>(MODES.find((it) => it === search.mode) ?? null);
  // A database comes back as a server of its own, unless somebody says otherwise.
  const mode = picked ?? (kind === null ? "path" : "new_resource");
  const [data_dir, setDataDir] = useState(search.data_dir ?? "");
  const [path, setPath] = useState(search.path ?? "");
  const [name, setName] = useState(search.name ?? "");
  const [paths, setPaths] = useState(search.paths ?? "");
  const [region, setRegion] = useState<string | null>(search.region ?? null);
  const [replace, setReplace] = useState(search.replace === "yes");
  const [extra, setExtra] = useState(search.extra === "yes");
  const asks_data_dir = kind === "postgresql" && mode === "in_place";
  const missing =
    mode === "path" && !path.startsWith("/")
      ? t.restore.path_needed
      : mode === "new_resource" && name === ""
        ? t.restore.new_name_needed
        : asks_data_dir && !data_dir.startsWith("/")
          ? t.moment.data_dir_needed
          : null;
  const go = () =>
    set(
      {
        mode,
        path: mode === "path" ? path : undefined,
        name: mode === "new_resource" ? name : undefined,
        paths,
        region: region ?? undefined,
        data_dir: asks_data_dir ? data_dir : undefined,
        replace: replace ? "yes" : undefined,
        extra: extra ? "yes" : undefined,
        step: "check",
      },
      { replace: false },
    );
  return (
    <Answered query={query}>
      {(backup) => (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (missing === null) go();
          }}
        >
          <Stack gap="md" maw={640}>
            <Title order={2}>{t.restore.where_title}</Title>
            <Radio.Group value={mode} onChange={(next) => setMode(next as Mode)} aria-label={t.restore.where_title}>
              <Stack gap="xs">
                {MODES.map((it) => (
                  <Radio.Card key={it} value={it} className={classes.card}>
                    <Group wrap="nowrap" align="flex-start" gap="sm">
                      <Radio.Indicator />
                      <div>
                        <div className={classes.choice_title}>{t.restore.modes[it]?.[0]}</div>
                        <div className={classes.quiet}>{t.restore.modes[it]?.[1]}</div>
                      </div>
                    </Group>
                  </Radio.Card>
                ))}
              </Stack>
            </Radio.Group>
            {mode === "path" && (
              <TextInput
                label={t.restore.target_path}
                description={t.restore.target_path_hint}
                value={path}
                onChange={(event) => setPath(event.currentTarget.value)}
                placeholder="/srv/restored"
                required
              />
            )}
            {mode === "new_resource" && (
              <TextInput
                label={t.restore.new_name}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                placeholder={`${backup.workload_name}-restored`}
                required
              />
            )}
            {asks_data_dir && (
              <TextInput
                label={t.moment.data_dir}
                description={t.moment.data_dir_hint}
                value={data_dir}
                onChange={(event) => setDataDir(event.currentTarget.value)}
                placeholder="/var/lib/postgresql/15/main"
                required
              />
            )}
            {kind === null && (
              <Textarea
                label={`${t.restore.paths} (${t.common.optional})`}
                description={t.restore.paths_hint}
                value={paths}
                onChange={(event) => setPaths(event.currentTarget.value)}
                autosize
                minRows={1}
                maxRows={8}
              />
            )}
            <Select
              label={t.restore.region}
              data={[
                backup.region_name,
                ...backup.copies.filter((it) => it.state === "AVAILABLE").map((it) => it.region_name),
              ]}
              value={region}
              onChange={setRegion}
              placeholder={t.restore.region_auto}
              clearable
            />
            {mode !== "new_resource" && kind === null && (
              <Stack gap="sm">
                <Checkbox
                  label={t.restore.replace}
                  checked={replace || mode === "in_place"}
                  disabled={mode === "in_place"}
                  onChange={(event) => setReplace(event.currentTarget.checked)}
                />
                <Checkbox
                  label={t.restore.delete_extra}
                  checked={extra}
                  onChange={(event) => setExtra(event.currentTarget.checked)}
                />
              </Stack>
            )}
            <Group>
              <Button type="submit" size="sm" disabled={missing !== null}>
                {t.common.next}
              </Button>
              {missing !== null && <span className={classes.quiet}>{missing}</span>}
            </Group>
          </Stack>
        </form>
      )}
    </Answered>
  );
}
