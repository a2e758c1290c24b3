import { Autocomplete, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { workloadTagsQuery } from "../../api/queries.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { t } from "../../texts/index.ts";
import { completionsOf } from "./completion.ts";

/** Somebody is about to write what belongs there: no mistake yet, and no reason to take the list away. */
const HALF_TYPED = /(?:[=!,(]|\s(?:in|notin))\s*$/;

/** The filter by tags, in the words of a policy's selector; what may come next is offered, with how many have it. */
export function SelectorField(props: { initial: string; error?: string; onChange: (text: string) => void }) {
  const tags = useQuery(workloadTagsQuery());
  const [text, setText] = useState(props.initial);
  const offered = completionsOf(text, tags.data?.items ?? []);
  const set = (next: string) => {
    setText(next);
    if (!HALF_TYPED.test(next)) props.onChange(next);
  };
  return (
    <Autocomplete
      size="xs"
      label={t.workloads.selector}
      placeholder={t.workloads.selector_hint}
      value={text}
      onChange={set}
      onBlur={() => HALF_TYPED.test(text) && props.onChange(text)}
      data={offered.map((it) => it.text)}
      // They are chosen by what stands at the end of the text, and not by all of it.
      filter={({ options }) => options}
      renderOption={({ option }) => {
        const it = offered.find((each) => each.text === option.value);
        return (
          <Group justify="space-between" wrap="nowrap" w="100%">
            <span className="hf-mono">{it?.word ?? option.value}</span>
            {it !== undefined && it.workloads !== null && (
              <Text span size="xs" c="dimmed">
                {countText(it.workloads)}
              </Text>
            )}
          </Group>
        );
      }}
      error={props.error}
      leftSection={<Icon name="tag" size={14} />}
      maxDropdownHeight={320}
      w={340}
      spellCheck={false}
    />
  );
}
