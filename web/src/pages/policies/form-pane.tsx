import { Checkbox, Fieldset, NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { regionsQuery } from "../../api/queries.ts";
import { t } from "../../texts/index.ts";
import type { Draft } from "./draft.ts";
import classes from "./policies.module.css";

const gfsClasses = ["hourly", "daily", "weekly", "monthly", "yearly"] as const;
const RULES = ["hourly", "daily", "weekly", "monthly", "cron"] as const;

/** The fields most policies need; everything else is written in the text beside it. */
export function FormPane({ draft, named }: { draft: Draft; named: boolean }) {
  const regions = useQuery(regionsQuery());
  const { value, setField } = draft;
  const at = (...path: string[]): unknown =>
    path.reduce<unknown>((from, key) => (from as Record<string, unknown> | undefined | null)?.[key], value);
  const text = (...path: string[]) => {
    const found = at(...path);
    return typeof found === "string" || typeof found === "number" ? String(found) : "";
  };
  const field = (path: readonly string[], label: string, hint?: string, disabled = false) => (
    <TextInput
      key={path.join(".")}
      label={label}
      placeholder={hint}
      value={text(...path)}
      disabled={value === null || disabled}
      onChange={(event) => setField(path, event.currentTarget.value)}
    />
  );
  return (
    <Stack gap="sm">
      {value === null && (
        <Text size="sm" c="dimmed">
          {t.policies.yaml_broken}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {field(["name"], t.policies.name, undefined, named)}
        {field(["timezone"], t.policies.timezone, "Asia/Dhaka")}
      </SimpleGrid>
      {field(["description"], t.policies.description)}
      <Fieldset legend={t.policies.schedule_head} className={classes.fieldset}>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          {RULES.map((rule) =>
            field(
              ["schedule", rule],
              t.policies[rule],
              rule === "cron" ? "15 2 * * 1-5" : t.policies[`${rule}_hint` as "daily_hint"],
            ),
          )}
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend={t.policies.retention_head} className={classes.fieldset}>
        <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="sm">
          {gfsClasses.map((gfs_class) => (
            <NumberInput
              key={gfs_class}
              label={t.policies.classes[gfs_class] ?? gfs_class}
              min={0}
              max={10_000}
              value={Number(at("retention", gfs_class) ?? 0)}
              onChange={(next) => setField(["retention", gfs_class], Number(next) || undefined)}
              disabled={value === null}
              hideControls
            />
          ))}
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend={t.policies.copy_head} className={classes.fieldset}>
        <Stack gap="sm">
          <Select
            label={t.policies.copy_to}
            data={(regions.data?.items ?? []).map(({ name }) => name)}
            value={text("copy", "cross_region") || null}
            onChange={(next) => setField(["copy", "cross_region"], next ?? undefined)}
            placeholder={t.policies.no_copy}
            clearable
            disabled={value === null}
          />
          <Checkbox
            label={t.policies.immutable}
            checked={at("immutable") === true}
            disabled={value === null}
            onChange={(event) => setField(["immutable"], event.currentTarget.checked ? true : undefined)}
          />
        </Stack>
      </Fieldset>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        {field(["rpo"], t.policies.rpo_label, "1h")}
        {field(["start_window"], t.policies.start_window, "8h")}
        {field(["jitter"], t.policies.jitter, "0s")}
      </SimpleGrid>
    </Stack>
  );
}
