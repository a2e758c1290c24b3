import { useQuery } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { useCallback, useMemo, useState } from "react";
import { type Document, parseDocument, stringify } from "yaml";
import { api, Problem, take } from "../../api/client.ts";
import type { Policy, PolicyPreview } from "../../api/types.ts";

/** A problem of the policy, where it is. */
export interface DraftProblem {
  readonly line: number | null;
  readonly text: string;
}

export interface Draft {
  readonly yaml: string;
  setYaml(text: string): void;
  /** What the text means, as far as it can be read; null when it is no mapping. */
  readonly value: Readonly<Record<string, unknown>> | null;
  /** Changes one field in the text and leaves the rest, comments too, as it is; undefined takes the field out. */
  setField(path: readonly string[], value: unknown): void;
  readonly preview: PolicyPreview | undefined;
  readonly checking: boolean;
  readonly problems: readonly DraftProblem[];
  readonly error: unknown;
}

const TYPED_MS = 200;

/** A policy as text: the one truth of the editor. The form reads it and writes single fields of it. */
export function useDraft(initial: string): Draft {
  const [yaml, setYaml] = useState(initial);
  const [asked] = useDebouncedValue(yaml, TYPED_MS);
  const document = useMemo(() => parseDocument(yaml), [yaml]);
  const value = useMemo(() => plain(document), [document]);
  const query = useQuery({
    queryKey: ["policies", "preview", asked],
    queryFn: ({ signal }) => take(api.POST("/v1/policies/preview", { signal, body: { yaml: asked } })),
    enabled: asked.trim() !== "",
    retry: false,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  const setField = useCallback((path: readonly string[], next: unknown) => {
    setYaml((text) => {
      const changed = parseDocument(text);
      if (next === undefined || next === "") {
        changed.deleteIn(path);
        // A mapping that the last field left behind says nothing.
        const [parent] = path;
        if (path.length > 1 && parent !== undefined && isEmpty(changed.get(parent))) changed.delete(parent);
      } else {
        changed.setIn(path, next);
      }
      return changed.toString();
    });
  }, []);
  const problem = query.error instanceof Problem ? query.error : null;
  const invalid = problem?.code === "POLICY_INVALID";
  return {
    yaml,
    setYaml,
    value,
    setField,
    preview: query.error === null ? query.data : undefined,
    checking: query.isFetching || asked !== yaml,
    problems: invalid ? problemsOf(problem) : [],
    error: invalid ? null : query.error,
  };
}

function isEmpty(node: unknown): boolean {
  return (
    typeof node === "object" && node !== null && "items" in node && (node as { items: unknown[] }).items.length === 0
  );
}

function plain(document: Document): Record<string, unknown> | null {
  if (document.errors.length > 0) return null;
  const value: unknown = document.toJS();
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function problemsOf(problem: Problem): DraftProblem[] {
  const texts = Array.isArray(problem.context["problems"])
    ? problem.context["problems"].map(String)
    : [problem.message];
  return texts.map((text) => {
    const line = /^line (\d+), column \d+, /.exec(text);
    return { line: line === null ? null : Number(line[1]), text: line === null ? text : text.slice(line[0].length) };
  });
}

/** What the server fills in by itself: left out of the text, so that it shows what somebody decided. */
const DEFAULTS: Readonly<Record<string, string>> = {
  immutable: "false",
  start_window: '"8h"',
  complete_within: '"7d"',
  jitter: '"0s"',
  catch_up: '"one"',
  catch_up_window: '"7d"',
  overlap: '"skip"',
  retry: '{"max":3,"backoff":"1m"}',
};

/** A stored policy as somebody would have written it. */
export function yamlOf(spec: Policy["spec"]): string {
  const said = Object.entries(spec).filter(([key, value]) => JSON.stringify(value) !== DEFAULTS[key]);
  return stringify(Object.fromEntries(said), { lineWidth: 110 });
}
