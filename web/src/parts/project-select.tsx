import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { projectsQuery } from "../api/queries.ts";
import { t } from "../texts/index.ts";

/** A project by name. */
export function ProjectSelect(props: {
  value: string | null;
  onChange: (name: string | null) => void;
  label?: string;
  clearable?: boolean;
  required?: boolean;
  /** Only sandboxes: what restores may go into and touch nothing else. */
  sandbox?: boolean;
}) {
  const projects = useQuery(projectsQuery());
  const items = (projects.data?.items ?? []).filter((it) => props.sandbox !== true || it.sandbox);
  return (
    <Select
      label={props.label ?? t.common.project}
      data={items.map(({ name }) => name)}
      value={props.value}
      onChange={props.onChange}
      placeholder={props.clearable === true ? t.common.all : undefined}
      clearable={props.clearable}
      required={props.required}
      searchable
    />
  );
}
