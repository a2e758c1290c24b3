import { Notification, Stack } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { Problem } from "../api/client.ts";
import { sentencesText } from "../parts/format.ts";
import { t } from "../texts/index.ts";
import classes from "./toasts.module.css";

interface Toast {
  readonly id: number;
  readonly kind: "done" | "failed";
  readonly title: string;
  readonly text: string;
}

const SHOWN_MS = 7000;
const SHOWN_MAX = 4;
let toasts: readonly Toast[] = [];
let next_id = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function add(toast: Omit<Toast, "id">): void {
  const id = next_id++;
  set([...toasts, { ...toast, id }].slice(-SHOWN_MAX));
  // A failure stays until it is read.
  if (toast.kind === "done") setTimeout(() => set(toasts.filter((it) => it.id !== id)), SHOWN_MS);
}

export function sayDone(title: string, text = ""): void {
  add({ kind: "done", title, text });
}

export function sayFailed(title: string, error: unknown): void {
  const text = error instanceof Problem ? sentencesText(error.message, error.fix) : String(error);
  add({ kind: "failed", title, text });
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <Stack className={classes.stack} gap="xs" role="status" aria-live="polite">
      {shown.map(({ id, kind, title, text }) => (
        <Notification
          key={id}
          title={`${kind === "failed" ? "✕ " : "✓ "}${title}`}
          color={kind === "failed" ? "red" : "green"}
          withBorder
          onClose={() => set(toasts.filter((it) => it.id !== id))}
          closeButtonProps={{ "aria-label": t.common.close }}
        >
          {text}
        </Notification>
      ))}
    </Stack>
  );
}
