import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { projectsQuery } from "../api/queries.ts";
import type { ItemOf } from "../api/types.ts";
import { t } from "../texts/index.ts";

/**
 * What is mostly meant: the project that takes most, the oldest while nothing was measured, and never a sandbox while
 * there is another. An id begins with the time it was made.
 */
export function mostUsed(projects: readonly ItemOf<"/v1/projects">[]): string | null {
  const real = projects.filter((it) => !it.sandbox);
  const [first] = [...real].sort((a, b) => (b.used_bytes ?? -1) - (a.used_bytes ?? -1) || (a.id < b.id ? -1 : 1));
  return (first ?? projects[0])?.name ?? null;
}

/** A project by name. */
export function ProjectSelect(props: {
  value: string | null;
  onChange: (name: string | null) => void;
  label?: string;
  clearable?: boolean;
  required?: boolean;
  /** What a dialog begins with. */
  autofocus?: boolean;
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
      data-autofocus={props.autofocus}
      // A dialog that begins here is not covered by the list before anybody asked for it.
      openOnFocus={false}
    />
  );
}
