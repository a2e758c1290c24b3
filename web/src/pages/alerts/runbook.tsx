import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Loading } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import classes from "./alerts.module.css";

/** The pages of docs/runbooks, each loaded when it is read: they go with the console, so none depends on a network. */
const PAGES = import.meta.glob<string>("../../../../docs/runbooks/*.md", { query: "?raw", import: "default" });

/** What a rule's alert means, what to look at, what to do. */
export function Runbook({ rule, file }: { rule: string; file: string }) {
  const load = PAGES[`../../../../docs/runbooks/${rule}.md`];
  const page = useQuery({
    queryKey: ["runbook", rule],
    enabled: load !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => (load === undefined ? "" : load()),
  });
  if (load === undefined || page.error !== null) {
    return (
      <Text size="sm">
        {t.alerts.runbook_at} <code>{file}</code>
      </Text>
    );
  }
  return page.data === undefined ? <Loading rows={6} /> : <div className={classes.runbook}>{blocksOf(page.data)}</div>;
}

/** Paragraphs and lists: all that runbooks are written in. The title and the rule's name stand above already. */
function blocksOf(text: string): ReactNode[] {
  return text
    .split(/\n\n+/)
    .map((block) => block.trim())
    .filter((block) => block !== "" && !block.startsWith("#") && !/^Rule `[a-z_]+`\.$/.test(block))
    .map((block, index) =>
      /^(-|\d+\.) /.test(block) ? (
        <ul key={index}>
          {block.split(/\n(?=(?:-|\d+\.) )/).map((item) => (
            <li key={item}>{wordsOf(item.replace(/^(-|\d+\.) /, ""))}</li>
          ))}
        </ul>
      ) : (
        <p key={index}>{wordsOf(block)}</p>
      ),
    );
}

/** `code`, **strong** and the rest. */
function wordsOf(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part, index) => {
    if (part.startsWith("`")) return <code key={index}>{part.slice(1, -1)}</code>;
    if (part.startsWith("**")) return <strong key={index}>{part.slice(2, -2)}</strong>;
    return part;
  });
}
