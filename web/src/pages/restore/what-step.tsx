import { Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { itemsOf, workloadsQuery } from "../../api/queries.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import classes from "./restore.module.css";
import type { WizardKey } from "./wizard.tsx";

const TYPED_MS = 250;
const SHOWN = 50;

export function WhatStep() {
  const [, set] = useAddress<WizardKey>();
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), TYPED_MS);
  const query = useInfiniteQuery(workloadsQuery({ search: asked, page_size: SHOWN, order_by: "name asc" }));
  return (
    <Stack gap="sm" maw={640}>
      <Title order={2}>{t.restore.what_title}</Title>
      <TextInput
        label={t.restore.what_search}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        leftSection={<Icon name="search" size={14} />}
        data-autofocus
      />
      <Answered query={query}>
        {(data) => {
          const rows = itemsOf(data);
          if (rows.length === 0) {
            return (
              <Text size="sm">
                {asked === "" || asked === undefined ? (
                  <>
                    {t.restore.nothing_yet} <Link to="/first-run">{t.nav.first_run}</Link>
                  </>
                ) : (
                  t.restore.what_none
                )}
              </Text>
            );
          }
          return (
            <div className={classes.choices}>
              {rows.map((workload) => (
                <button
                  key={workload.id}
                  type="button"
                  className={classes.choice}
                  onClick={() => set({ workload: workload.id, backup: undefined, step: "when" }, { replace: false })}
                >
                  <span className={classes.choice_title}>{workload.name}</span>
                  <span className={classes.quiet}>
                    {t.workloads.types[workload.type] ?? workload.type} · {workload.project_name} ·{" "}
                    {workload.region_name}
                  </span>
                </button>
              ))}
            </div>
          );
        }}
      </Answered>
    </Stack>
  );
}
