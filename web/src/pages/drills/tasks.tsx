import { Button, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import type { ItemOf } from "../../api/types.ts";
import { Rows } from "../../parts/rows.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

/** What drills found, until somebody has mended it. */
export function TaskList({ tasks }: { tasks: readonly ItemOf<"/v1/tasks">[] }) {
  const done = useMutation({
    mutationFn: (id: string) =>
      take(api.POST("/v1/tasks/{id}/done", { params: { path: { id }, header: newKey() }, body: {} })),
    onSuccess: () => {
      sayDone(t.drills.task_done);
      void queryClient.invalidateQueries({ queryKey: ["drills", "tasks"] });
    },
    onError: (error) => sayFailed(t.drills.tasks, error),
  });
  return (
    <Rows
      label={t.drills.tasks}
      items={tasks}
      rowKey={(it) => it.id}
      none={t.drills.no_task}
      least={300}
      columns={[
        {
          title: t.drills.task,
          cell: (it) => (
            <>
              {it.drill_id === null ? it.title : <Link to={`/drills/${it.drill_id}` as never}>{it.title}</Link>}
              <Text size="xs" c="dimmed">
                {it.owner}
              </Text>
            </>
          ),
        },
        { title: t.drills.due, cell: (it) => <Ago at={it.due_at} /> },
        {
          title: "",
          end: true,
          cell: (it) => (
            <IfMay scope="drills:write">
              <Button
                variant="default"
                loading={done.isPending && done.variables === it.id}
                onClick={() => done.mutate(it.id)}
                aria-label={`${t.drills.done}: ${it.title}`}
              >
                {t.drills.done}
              </Button>
            </IfMay>
          ),
        },
      ]}
    />
  );
}
