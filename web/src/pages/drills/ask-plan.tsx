import { Alert, Button, Group, Modal, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "../../app/query.ts";
import { useSession } from "../../app/session.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { projectsQuery } from "../../api/queries.ts";
import type { PostBody } from "../../api/types.ts";
import { Failed } from "../../parts/page.tsx";
import { ProjectSelect } from "../../parts/project-select.tsx";
import { t } from "../../texts/index.ts";

type Spec = PostBody<"/v1/drill-plans"> extends { spec: infer S } ? S : never;
type Cadence = Spec extends { cadence: infer C } ? C : never;

const options = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

/** Drills at a cadence, of what tags choose. */
export function AskPlan({ close }: { close: () => void }) {
  const session = useSession();
  const projects = useQuery(projectsQuery());
  const sandboxes = (projects.data?.items ?? []).filter((it) => it.sandbox);
  const [name, setName] = useState("");
  const [selector, setSelector] = useState("env=prod");
  const [every, setEvery] = useState("monthly");
  const [week, setWeek] = useState<string | number>(1);
  const [weekday, setWeekday] = useState("tue");
  const [at, setAt] = useState("09:00");
  const [owner, setOwner] = useState(session.status === "in" ? session.me.display_name : "");
  const [chosen, setSandbox] = useState<string | null>(null);
  const sandbox = chosen ?? sandboxes[0]?.name ?? null;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const add = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/drill-plans", {
          params: { header: newKey() },
          body: {
            name,
            spec: {
              select: { selector },
              cadence: { every, week: Number(week), weekday, at, timezone: zone } as Cadence,
              sandbox: sandbox ?? "",
              owner,
            } as Spec,
          } as PostBody<"/v1/drill-plans">,
        }),
      ),
    onSuccess: () => {
      sayDone(t.drills.plan_added, name);
      void queryClient.invalidateQueries({ queryKey: ["drills"] });
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t.drills.new_plan} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <TextInput
          label={t.workloads.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          required
        />
        <TextInput
          label={t.drills.selector}
          description={t.drills.selector_hint}
          value={selector}
          onChange={(event) => setSelector(event.currentTarget.value)}
          required
        />
        <Group grow>
          <Select
            label={t.drills.every}
            data={options(t.drills.cadences)}
            value={every}
            onChange={(next) => setEvery(next ?? every)}
            allowDeselect={false}
          />
          <Select
            label={t.drills.weekday}
            data={options(t.drills.weekdays)}
            value={weekday}
            onChange={(next) => setWeekday(next ?? weekday)}
            allowDeselect={false}
          />
        </Group>
        <Group grow>
          <NumberInput
            label={t.drills.week}
            min={1}
            max={4}
            value={week}
            onChange={setWeek}
            disabled={every === "weekly" || every === "biweekly"}
          />
          <TextInput
            type="time"
            label={`${t.drills.at} (${zone})`}
            value={at}
            onChange={(event) => setAt(event.currentTarget.value)}
          />
        </Group>
        {projects.data !== undefined && sandboxes.length === 0 ? (
          <Alert color="yellow" variant="outline">
            {t.drills.no_sandbox}
          </Alert>
        ) : (
          <ProjectSelect sandbox label={t.drills.sandbox} value={sandbox} onChange={setSandbox} />
        )}
        <TextInput
          label={t.drills.owner}
          value={owner}
          onChange={(event) => setOwner(event.currentTarget.value)}
          required
        />
        {add.error !== null && <Failed error={add.error} />}
        <Button
          disabled={name === "" || selector === "" || owner === "" || sandbox === null}
          loading={add.isPending}
          onClick={() => add.mutate()}
        >
          {t.drills.new_plan}
        </Button>
      </Stack>
    </Modal>
  );
}
