import { Button, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "../../app/address.ts";
import { sayFailed } from "../../app/toasts.tsx";
import { api, take } from "../../api/client.ts";
import { jobQuery } from "../../api/queries.ts";
import { reportFileQuery, reportQuery } from "../../api/queries-assure.ts";
import type { Answer } from "../../api/types.ts";
import { bytesText, countText, dayText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Facts, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { bytesOfBase64, saveFile } from "../../parts/save.ts";
import { StateMark } from "../../parts/state.tsx";
import { TaskTree } from "../../parts/task-tree.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { claimsOf, verifyReport } from "./genuine.ts";
import { ReportOutcome } from "./outcome.tsx";

type Report = Answer<"/v1/reports/{id}">;
const ROWS_MAX = 100;

export function ReportPage() {
  const id = useId();
  const query = useQuery(reportQuery(id));
  const report = query.data;
  return (
    <>
      <PageHead
        title={report?.title ?? t.common.one.report}
        lead={report === undefined ? undefined : <StateMark state={report.state} />}
        above={<Link to="/reports">{t.reports.title}</Link>}
      />
      <Answered query={query}>
        {(it) => (it.state === "READY" ? <Ready report={it} /> : <Making report={it} />)}
      </Answered>
    </>
  );
}

function Making({ report }: { report: Report }) {
  const job = useQuery(jobQuery(report.job_id));
  return (
    <Panel title={report.state === "FAILED" ? t.errors.failed : t.reports.making}>
      <Stack gap="sm">
        {report.state === "MAKING" && (
          <Text size="sm" role="status">
            {t.reports.making_lead}
          </Text>
        )}
        <Answered query={job}>{(it) => <TaskTree job={it} />}</Answered>
      </Stack>
    </Panel>
  );
}

function Ready({ report }: { report: Report }) {
  return (
    <div className="hf-grid">
      <div data-span="8">
        <Stack gap="sm">
          <Panel title={t.reports.figures} flush>
            <Rows
              label={t.reports.figures}
              items={report.figures}
              rowKey={(it) => it.label}
              none="–"
              columns={[
                { title: "", cell: (it) => it.label },
                { title: t.reports.figures, end: true, cell: (it) => <strong>{it.value}</strong> },
                {
                  title: t.reports.records,
                  cell: (it) => (
                    <>
                      {it.note !== "" && <Text size="xs">{it.note}</Text>}
                      <Text size="xs" c="dimmed" className="hf-mono">
                        {it.records}
                      </Text>
                    </>
                  ),
                },
              ]}
            />
          </Panel>
          <Tables report={report} />
        </Stack>
      </div>
      <div data-span="4">
        <Stack gap="sm">
          <Panel>
            <Facts
              rows={[
                [t.reports.kind, t.reports.kinds[report.kind] ?? report.kind],
                [t.reports.window, `${dayText(report.from_at)} – ${dayText(Date.parse(report.to_at) - 1)}`],
                [t.backups.made, <Stamp key="m" at={report.finished_at} />],
                [t.reports.asked_by, report.requested_by],
                report.drill_id === null
                  ? null
                  : [
                      t.drills.title,
                      <Link key="d" to={`/drills/${report.drill_id}` as never} className="hf-mono">
                        {report.drill_id}
                      </Link>,
                    ],
              ]}
            />
          </Panel>
          <Panel title={t.reports.files} flush>
            <Files report={report} />
          </Panel>
          <Panel title={t.reports.verify_head}>
            <Genuine report={report} />
          </Panel>
        </Stack>
      </div>
    </div>
  );
}

function Files({ report }: { report: Report }) {
  const download = useMutation({
    mutationFn: (name: string) =>
      take(api.GET("/v1/reports/{id}/files/{name}", { params: { path: { id: report.id, name } } })),
    onSuccess: ({ name, content_base64, media_type }) => saveFile(name, bytesOfBase64(content_base64), media_type),
    onError: (error) => sayFailed(t.reports.download, error),
  });
  return (
    <Rows
      label={t.reports.files}
      items={report.files}
      rowKey={(it) => it.name}
      none="–"
      least={240}
      columns={[
        { title: t.reports.files, cell: (it) => <span className="hf-mono">{it.name}</span> },
        { title: t.reports.size, end: true, cell: (it) => bytesText(it.size_bytes) },
        {
          title: "",
          end: true,
          cell: (it) => (
            <Button
              variant="default"
              loading={download.isPending && download.variables === it.name}
              onClick={() => download.mutate(it.name)}
              aria-label={`${t.reports.download}: ${it.name}`}
              px={8}
            >
              <Icon name="download" size={14} />
            </Button>
          ),
        },
      ]}
    />
  );
}

/** Stands on the page by itself, with what it was computed from. */
const FIGURES = "figures";

/** The tables that were signed, as they stand in the report. */
function Tables({ report }: { report: Report }) {
  const signed = report.files.find(({ name }) => name.endsWith(".jws"));
  const query = useQuery({ ...reportFileQuery(report.id, signed?.name ?? ""), enabled: signed !== undefined });
  if (signed === undefined) return null;
  return (
    <Answered query={query}>
      {({ content_base64 }) => {
        const { tables } = claimsOf(new TextDecoder().decode(bytesOfBase64(content_base64)));
        return (
          <>
            {Object.entries(tables)
              .filter(([name]) => name !== FIGURES)
              .map(([name, { columns, rows }]) => (
                <Panel
                  key={name}
                  title={name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ")}
                  aside={t.table.rows(countText(rows.length))}
                  flush
                >
                  <Rows
                    label={name}
                    items={rows.slice(0, ROWS_MAX)}
                    rowKey={(_, index) => String(index)}
                    none="–"
                    columns={columns.map((title, at) => ({
                      title,
                      cell: (row: readonly unknown[]) => String(row[at] ?? "–"),
                    }))}
                  />
                  {rows.length > ROWS_MAX && (
                    <Text size="xs" c="dimmed" p="sm">
                      {t.reports.preview_more(countText(ROWS_MAX), countText(rows.length))}
                    </Text>
                  )}
                </Panel>
              ))}
          </>
        );
      }}
    </Answered>
  );
}

function Genuine({ report }: { report: Report }) {
  const check = useMutation({ mutationFn: () => verifyReport(report) });
  const verdict = check.data;
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm" c="dimmed">
        {t.reports.verify_lead}
      </Text>
      <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>
        {t.reports.verify}
      </Button>
      {check.error !== null && <Failed error={check.error} />}
      {verdict !== undefined && <ReportOutcome verdict={verdict} />}
    </Stack>
  );
}
