import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "../api/client.ts";
import { t } from "../texts/index.ts";

const WAIT_MS = 200;

/** A workload by a part of its name: its id. */
export function WorkloadSelect(props: { label: string; value: string | null; onChange: (id: string | null) => void }) {
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), WAIT_MS);
  const { data } = useQuery({
    queryKey: ["workloads", "choose", asked],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      take(
        api.GET("/v1/workloads", {
          signal,
          params: { query: { page_size: 50, order_by: "name asc", ...(asked === "" ? {} : { search: asked }) } },
        }),
      ),
  });
  return (
    <Select
      label={props.label}
      placeholder={t.workloads.search_hint}
      data={(data?.items ?? []).map(({ id, name, project_name }) => ({
        value: id,
        label: `${name} (${project_name})`,
      }))}
      value={props.value}
      onChange={props.onChange}
      onSearchChange={(next) => setText(next.replace(/ \(.*\)$/, ""))}
      searchable
      required
      data-autofocus
      // A dialog that begins here is not covered by the list before anybody asked for it.
      openOnFocus={false}
    />
  );
}
