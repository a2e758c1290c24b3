import {
  Button,
  Code,
  CopyButton,
  Group,
  Paper,
  Skeleton,
  Stack,
  Text,
  Title,
  Tooltip,
  UnstyledButton,
} from "@mantine/core";
import type { ReactNode } from "react";
import { useEffect } from "react";
import { Problem } from "../api/client.ts";
import { queryClient } from "../app/query.ts";
import { t } from "../texts/index.ts";
import { Icon, type IconName } from "./icons.tsx";
import classes from "./page.module.css";

/** A page's head: what it is, one line about it, and what can be done here. */
export function PageHead(props: { title: string; lead?: ReactNode; actions?: ReactNode; above?: ReactNode }) {
  useEffect(() => {
    document.title = `${props.title} · Holdfast`;
  }, [props.title]);
  return (
    <Group component="header" justify="space-between" align="flex-end" wrap="wrap" mb="md" gap="sm">
      <div className={classes.head}>
        {props.above}
        <Title order={1} tabIndex={-1} id="page-title">
          {props.title}
        </Title>
        {props.lead !== undefined && (
          <Text component="div" c="dimmed" size="sm">
            {props.lead}
          </Text>
        )}
      </div>
      {props.actions !== undefined && <Group gap="xs">{props.actions}</Group>}
    </Group>
  );
}

/** A box with a heading. */
export function Panel(props: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
  flush?: boolean;
}) {
  return (
    <Paper component="section" withBorder className={`${classes.panel} ${props.className ?? ""}`}>
      {props.title !== undefined && (
        <Group justify="space-between" className={classes.panel_head} wrap="nowrap" gap="sm">
          <Title order={2}>{props.title}</Title>
          {props.aside !== undefined && <div className={classes.aside}>{props.aside}</div>}
        </Group>
      )}
      <div className={props.flush ? undefined : classes.panel_body}>{props.children}</div>
    </Paper>
  );
}

/** Nothing here yet: says why, and what to do. */
export function Empty(props: { icon?: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" className={classes.empty}>
      <Icon name={props.icon ?? "folder"} size={28} />
      <Text fw={600} ta="center">
        {props.title}
      </Text>
      {props.children !== undefined && (
        <Text component="div" c="dimmed" size="sm" ta="center" maw={460}>
          {props.children}
        </Text>
      )}
      {props.action}
    </Stack>
  );
}

/** What went wrong, in the server's own words, with what to do. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = error instanceof Problem ? error : null;
  const lead = problem?.status === 403 ? t.errors.forbidden : problem?.status === 404 ? t.errors.gone : t.errors.failed;
  return (
    <div className={classes.failed} role="alert">
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Icon name="warning" />
        <Stack gap={4}>
          <Text fw={600}>{lead}</Text>
          <Text size="sm" className="hf-sentence">
            {problem?.message ?? String(error)}
          </Text>
          {problem !== null && problem.fix !== "" && (
            <Text size="sm">
              <Coded text={problem.fix} />
            </Text>
          )}
          <Group gap="sm">
            {retry !== undefined && (
              <Button variant="default" onClick={retry}>
                {t.common.retry}
              </Button>
            )}
            {problem !== null && (
              <Text size="xs" c="dimmed">
                {problem.code}
                {problem.request_id === null ? "" : ` · ${problem.request_id}`}
              </Text>
            )}
          </Group>
        </Stack>
      </Group>
    </div>
  );
}

/** A sentence in which commands and fields stand between backticks. */
export function Coded({ text }: { text: string }) {
  return text.split("`").map((part, at) => (at % 2 === 1 ? <Code key={`${at} ${part}`}>{part}</Code> : part));
}

export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <Stack gap="xs" role="status" aria-label={t.common.loading} className={classes.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={18} width={`${92 - ((row * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

/** What failed together mostly comes back together: one button asks for all of it again. */
function retryAll(refetch: () => unknown): void {
  refetch();
  void queryClient.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" });
}

/** Loading, failed, or what there is. */
export function Answered<T>(props: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  const { data, error, refetch } = props.query;
  if (data !== undefined) return props.children(data);
  if (error !== null && error !== undefined) return <Failed error={error} retry={() => retryAll(refetch)} />;
  return <Loading rows={props.rows} />;
}

/** A command to copy. */
export function Command({ children }: { children: string }) {
  return (
    <span className={classes.command}>
      <Code className={classes.command_text} tabIndex={0}>
        {children}
      </Code>
      <CopyButton value={children} timeout={1500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t.common.copied : t.common.copy}>
            <UnstyledButton onClick={copy} aria-label={`${t.common.copy}: ${children}`} className={classes.copy}>
              <Icon name={copied ? "check" : "copy"} size={14} />
            </UnstyledButton>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}

/** Name and value, one under the other; paths and addresses are wide. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode, "wide"?] | null)[] }) {
  return (
    <dl className={classes.facts}>
      {rows.map((row) =>
        row === null ? null : (
          <div key={row[0]} data-wide={row[2] === "wide"}>
            <dt>{row[0]}</dt>
            <dd>{row[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
