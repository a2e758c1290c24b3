import { useEffect, useSyncExternalStore } from "react";
import { api } from "../api/client.ts";
import { queryClient } from "./query.ts";

export type Link = "connecting" | "live" | "lost";

const RETRY_MS_MIN = 1000;
const RETRY_MS_MAX = 20_000;
/** A burst of events renews what is shown at most this often. */
const RENEW_MS = 700;
/** The server sends a sign of life every 15 s. */
const SILENCE_MS_MAX = 45_000;

/** Which answers an event makes stale: the word after `holdfast.` → the first words of query keys. */
const TOUCHES: Readonly<Record<string, readonly string[]>> = {
  job: ["jobs", "overview", "restores", "slots"],
  backup: ["backups", "overview", "coverage", "workloads"],
  copy: ["backups", "copies", "replication", "overview"],
  policy: ["policies", "attachments", "coverage", "overview"],
  workload: ["workloads", "coverage", "overview"],
  restore: ["restores", "backups"],
  verification: ["verifications", "backups"],
  catalog: ["backups", "overview"],
  schedule: ["overview", "coverage"],
  alert: ["alerts", "overview"],
  incident: ["incidents", "alerts"],
  drill: ["drills", "overview", "coverage"],
  report: ["reports"],
  hold: ["holds", "backups"],
  thaw: ["thaws", "tiers"],
  approval: ["approvals"],
  wal: ["wal"],
  agent: ["agents"],
  rotation: ["keys"],
  key: ["keys"],
};

let link: Link = "connecting";
const listeners = new Set<() => void>();
const stale = new Set<string>();
let renewing: ReturnType<typeof setTimeout> | undefined;

function setLink(next: Link): void {
  if (link === next) return;
  link = next;
  for (const listener of listeners) listener();
}

export function useLink(): Link {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => link,
  );
}

function noteEvent(type: string): void {
  const [, noun = ""] = type.split(".");
  for (const key of TOUCHES[noun] ?? [noun]) stale.add(key);
  renewing ??= setTimeout(() => {
    renewing = undefined;
    // An answer on its way is let through: under many events it would never arrive.
    for (const key of stale) void queryClient.invalidateQueries({ queryKey: [key] }, { cancelRefetch: false });
    stale.clear();
  }, RENEW_MS);
}

/** Reads the server's event stream while the page is open, and goes on behind the last event after a break. */
export function useEvents(): void {
  useEffect(() => {
    const stopping = new AbortController();
    void follow(stopping.signal);
    return () => stopping.abort();
  }, []);
}

async function follow(signal: AbortSignal): Promise<void> {
  let last_id: string | undefined;
  let wait_ms = RETRY_MS_MIN;
  while (!signal.aborted) {
    setLink("connecting");
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    signal.addEventListener("abort", stop);
    try {
      const headers = last_id === undefined ? {} : { "last-event-id": last_id };
      const answer = await api.GET("/v1/events", {
        parseAs: "stream",
        signal: attempt.signal,
        params: { header: headers },
      });
      const body = answer.data as ReadableStream<Uint8Array> | null | undefined;
      if (!answer.response.ok || body === undefined || body === null)
        throw new Error(`status ${answer.response.status}`);
      setLink("live");
      wait_ms = RETRY_MS_MIN;
      for await (const block of blocks(body, attempt)) {
        const id = /^id: (.*)$/m.exec(block)?.[1];
        const type = /^event: (.*)$/m.exec(block)?.[1];
        if (id !== undefined) last_id = id;
        if (type !== undefined) noteEvent(type);
      }
    } catch {
      // Told by the link's state; the next attempt follows.
    } finally {
      signal.removeEventListener("abort", stop);
      attempt.abort();
    }
    if (signal.aborted) return;
    setLink("lost");
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
    wait_ms = Math.min(wait_ms * 2, RETRY_MS_MAX);
    // What happened meanwhile comes with the stream; what was asked while the server was away is asked again.
    void queryClient.invalidateQueries();
  }
}

/** The stream's blocks; ends when nothing comes for longer than the server ever stays silent. */
async function* blocks(body: ReadableStream<Uint8Array>, attempt: AbortController): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const timer = setTimeout(() => attempt.abort(), SILENCE_MS_MAX);
    const { done, value } = await reader.read();
    clearTimeout(timer);
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
