import { Button, Group } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { MayOrWhy } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { api, newKey, take } from "../../api/client.ts";
import type { Policy } from "../../api/types.ts";
import { Failed, Panel } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import { Board } from "./board.tsx";
import { useDraft } from "./draft.ts";
import { FormPane } from "./form-pane.tsx";
import { Outcome } from "./outcome.tsx";
import classes from "./policies.module.css";
import { Simulator } from "./simulator.tsx";
import { YamlPane } from "./yaml-pane.tsx";

export interface EditorProps {
  readonly initial: string;
  /** The policy that is edited; without it a new one is made. */
  readonly policy?: Policy;
  readonly onSaved: (policy: Policy) => void;
  readonly aside?: ReactNode;
}

/** Form, text and what the policy would do, side by side; each shows a change of the other at once. */
export function PolicyEditor({ initial, policy, onSaved, aside }: EditorProps) {
  const draft = useDraft(initial);
  const save = useMutation({
    mutationFn: (): Promise<Policy> =>
      policy === undefined
        ? take(api.POST("/v1/policies", { params: { header: newKey() }, body: { yaml: draft.yaml } }))
        : take(
            api.PATCH("/v1/policies/{id}", {
              params: { path: { id: policy.id }, header: { "if-match": String(policy.version) } },
              body: { yaml: draft.yaml },
            }),
          ),
    onSuccess: (saved) => {
      void queryClient.invalidateQueries({ queryKey: ["policies"] });
      onSaved(saved);
    },
  });
  const changed = draft.yaml !== initial;
  const ready = draft.preview !== undefined && !draft.checking && draft.problems.length === 0;
  return (
    <>
      <div className="hf-grid">
        {/* The one of an edited policy is above its form: what a change does is seen before it is written. */}
        <div data-span={policy === undefined ? "4" : undefined}>
          <Panel title={t.policies.board}>
            <div className={policy === undefined ? undefined : classes.board}>
              <Board draft={draft} />
              {policy !== undefined && <Outcome id={policy.id} draft={draft} changed={changed} />}
            </div>
          </Panel>
        </div>
        <div data-span="4">
          <Panel title={t.policies.form}>
            <FormPane draft={draft} named={policy !== undefined} />
          </Panel>
        </div>
        <div data-span="4">
          <Panel title={t.policies.yaml}>
            <YamlPane draft={draft} />
          </Panel>
        </div>
        <div data-span={policy === undefined ? undefined : "4"}>
          <Panel title={t.policies.next}>
            {draft.error !== null && draft.error !== undefined ? (
              <Failed error={draft.error} />
            ) : (
              <Simulator draft={draft} />
            )}
          </Panel>
        </div>
      </div>
      {save.error !== null && <Failed error={save.error} />}
      <Group mt="md">
        <MayOrWhy scope="policies:write">
          {(allowed) => (
            <Button
              size="sm"
              loading={save.isPending}
              disabled={!allowed || !ready || (policy !== undefined && !changed)}
              onClick={() => save.mutate()}
            >
              {policy === undefined ? t.policies.save_new : t.policies.save}
            </Button>
          )}
        </MayOrWhy>
        {policy !== undefined && !changed && <span>{t.policies.unchanged}</span>}
        {aside}
      </Group>
    </>
  );
}
