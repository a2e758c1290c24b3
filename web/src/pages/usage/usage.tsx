import { Button, Modal, NumberInput, Progress, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { projectsQuery } from "../../api/queries.ts";
import { usageQuery } from "../../api/queries-business.ts";
import type { Answer, ItemOf } from "../../api/types.ts";
import { bytesText, countText, monthText } from "../../parts/format.ts";
import { Answered, Empty, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { mostUsed, ProjectSelect } from "../../parts/project-select.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

type Project = ItemOf<"/v1/projects">;
type Usage = Answer<"/v1/usage">;
const GIB = 1024 ** 3;

export function UsagePage() {
  const [{ project, month = new Date().toISOString().slice(0, 7) }, set] = useAddress<"project" | "month">();
  const projects = useQuery(projectsQuery());
  const chosen = project ?? mostUsed(projects.data?.items ?? []) ?? "";
  const usage = useQuery(usageQuery(chosen, month));
  return (
    <>
      <PageHead title={t.usage.title} lead={t.usage.lead} />
      <Stack gap="sm">
        <Panel title={t.usage.quotas} flush>
          <Answered query={projects}>{({ items }) => <Quotas projects={items} />}</Answered>
        </Panel>
        <div className="hf-filters">
          <ProjectSelect
            value={chosen === "" ? null : chosen}
            onChange={(next) => set({ project: next ?? undefined })}
          />
          <TextInput
            type="month"
            label={t.usage.month}
            value={month}
            onChange={(event) => set({ month: event.currentTarget.value })}
          />
        </div>
        {chosen !== "" && (
          <Panel title={`${chosen}, ${monthText(month)}`} flush>
            <Answered query={usage}>{(it) => <Lines usage={it} />}</Answered>
          </Panel>
        )}
      </Stack>
    </>
  );
}

/** Byte-hours pass what a number holds exactly; to three digits it does not matter. */
function quantityText(quantity: string, unit: Usage["lines"][number]["unit"]): string {
  if (unit === "count") return countText(Number(quantity));
  return unit === "bytes" ? bytesText(Number(quantity)) : `${bytesText(Number(quantity))} h`;
}

function Lines({ usage }: { usage: Usage }) {
  if (usage.lines.length === 0) {
    return (
      <Empty icon="usage" title={t.usage.none}>
        {t.usage.none_more}
      </Empty>
    );
  }
  return (
    <Rows
      label={t.usage.title}
      items={usage.lines}
      rowKey={(it) => `${it.meter} ${it.class} ${it.region} ${it.to_region}`}
      none={t.usage.none}
      least={560}
      columns={[
        { title: t.usage.meter, cell: (it) => it.meter.replaceAll("_", " ") },
        { title: t.usage.class, cell: (it) => <Chip>{it.class}</Chip> },
        {
          title: t.usage.region,
          cell: (it) => (it.to_region === null ? (it.region ?? "–") : t.regions.pair(it.region ?? "–", it.to_region)),
        },
        { title: t.usage.quantity, end: true, cell: (it) => quantityText(it.quantity, it.unit) },
        {
          title: t.usage.average,
          end: true,
          cell: (it) => (it.unit === "byte_hours" && it.hours > 0 ? bytesText(Number(it.quantity) / it.hours) : "–"),
        },
        {
          title: t.usage.corrected,
          end: true,
          cell: (it) => (it.corrected === "0" ? "–" : quantityText(it.corrected, it.unit)),
        },
        { title: t.usage.hours, end: true, cell: (it) => countText(it.hours) },
      ]}
    />
  );
}

function Quotas({ projects }: { projects: readonly Project[] }) {
  const [asked, setAsked] = useState<Project | null>(null);
  return (
    <>
      <Rows
        label={t.usage.quotas}
        items={projects}
        rowKey={(it) => it.id}
        none="–"
        columns={[
          {
            title: t.billing.project,
            cell: (it) => (
              <>
                {it.name} {it.sandbox && <Chip>{t.usage.sandbox}</Chip>}
              </>
            ),
          },
          { title: t.usage.region, cell: (it) => it.region_name },
          { title: t.usage.used, cell: (it) => <Used project={it} /> },
          {
            title: t.usage.measured,
            cell: (it) => <Ago at={it.used_at} />,
          },
          {
            title: "",
            end: true,
            cell: (it) => (
              <IfMay scope="projects:write">
                <Button variant="default" onClick={() => setAsked(it)} aria-label={`${t.usage.set_quota}: ${it.name}`}>
                  {t.usage.set_quota}
                </Button>
              </IfMay>
            ),
          },
        ]}
      />
      {asked !== null && <AskQuota project={asked} close={() => setAsked(null)} />}
    </>
  );
}

const NEAR = 0.9;

function Used({ project }: { project: Project }) {
  const { used_bytes, quota_bytes } = project;
  if (quota_bytes === null) {
    return (
      <>
        {bytesText(used_bytes)}{" "}
        <Text span size="xs" c="dimmed">
          {t.usage.no_quota}
        </Text>
      </>
    );
  }
  const share = (used_bytes ?? 0) / quota_bytes;
  const fill = share >= 1 ? "var(--hf-bad-fill)" : share >= NEAR ? "var(--hf-warn-fill)" : "var(--hf-good-fill)";
  return (
    <div>
      <Progress value={Math.min(100, share * 100)} color={fill} aria-label={`${t.usage.used}: ${project.name}`} />
      <Text size="xs" c={share >= NEAR ? "var(--hf-bad)" : "dimmed"}>
        {share >= NEAR ? "⚠ " : ""}
        {t.jobs.progress(bytesText(used_bytes ?? 0), bytesText(quota_bytes))}
      </Text>
    </div>
  );
}

function AskQuota({ project, close }: { project: Project; close: () => void }) {
  const [gib, setGib] = useState<string | number>(
    project.quota_bytes === null ? "" : Math.round((project.quota_bytes / GIB) * 10) / 10,
  );
  const save = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/projects/{id}/quota", {
          params: { path: { id: project.id }, header: newKey() },
          body: { quota_bytes: gib === "" ? null : Math.round(Number(gib) * GIB) },
        }),
      ),
    onSuccess: () => {
      sayDone(t.usage.saved, project.name);
      void queryClient.invalidateQueries({ queryKey: ["projects"] });
      close();
    },
  });
  return (
    <Modal
      opened
      onClose={close}
      title={t.usage.quota_title(project.name)}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Text size="sm">{t.usage.quota_lead}</Text>
        <NumberInput
          label={t.usage.quota_gib}
          description={t.usage.quota_none}
          min={0.1}
          decimalScale={1}
          value={gib}
          onChange={setGib}
        />
        {save.error !== null && <Failed error={save.error} />}
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          {t.common.save}
        </Button>
      </Stack>
    </Modal>
  );
}
