import { Text } from "@mantine/core";
import { useRef } from "react";
import { t } from "../../texts/index.ts";
import type { Draft } from "./draft.ts";
import classes from "./policies.module.css";

const LINES_MIN = 18;

/** The policy as text, with line numbers; a line with a problem is marked and says it below. */
export function YamlPane({ draft }: { draft: Draft }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const count = Math.max(LINES_MIN, draft.yaml.split("\n").length);
  const bad = new Set(draft.problems.map(({ line }) => line));
  const goTo = (line: number) => {
    const box = area.current;
    if (box === null) return;
    const lines = draft.yaml.split("\n");
    const begin = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    box.focus();
    box.setSelectionRange(begin, begin + (lines[line - 1]?.length ?? 0));
  };
  return (
    <div>
      <div className={classes.yaml}>
        <div className={classes.gutter} aria-hidden="true">
          {Array.from({ length: count }, (_, index) => (
            <span key={index} data-bad={bad.has(index + 1)}>
              {bad.has(index + 1) ? "✕ " : ""}
              {index + 1}
            </span>
          ))}
        </div>
        <textarea
          ref={area}
          className={classes.text}
          aria-label={t.policies.yaml_label}
          aria-invalid={draft.problems.length > 0}
          aria-describedby="yaml-problems"
          value={draft.yaml}
          onChange={(event) => draft.setYaml(event.currentTarget.value)}
          rows={count}
          spellCheck={false}
          wrap="off"
        />
      </div>
      <div id="yaml-problems" role="status" className={classes.problems}>
        {draft.problems.map((problem) => (
          <div key={problem.text} className={classes.problem}>
            {problem.line !== null && (
              <button type="button" className={classes.line_link} onClick={() => goTo(problem.line ?? 1)}>
                {t.policies.at_line(problem.line)}
              </button>
            )}
            <Text size="sm">{problem.text}</Text>
          </div>
        ))}
        {draft.problems.length === 0 && draft.preview !== undefined && (
          <Text size="sm" c="var(--hf-good)">
            ✓ {t.policies.valid}
          </Text>
        )}
      </div>
    </div>
  );
}
