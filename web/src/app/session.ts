import { useSyncExternalStore } from "react";
import type { Answer } from "../api/types.ts";

export type Me = Answer<"/v1/me">;
export type SignedOutWhy = "expired" | "asked" | null;

/** Who is signed in. The session itself is a cookie that no script can read; this is what its changes need. */
export type Session =
  | { readonly status: "unknown" }
  | { readonly status: "out"; readonly why: SignedOutWhy }
  | { readonly status: "in"; readonly csrf_token: string; readonly me: Me };

let session: Session = { status: "unknown" };
const listeners = new Set<() => void>();

export function setSession(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

export function sessionNow(): Session {
  return session;
}

export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
}

/** The server no longer knows the session. */
export function noteSignedOut(why: SignedOutWhy): void {
  if (session.status !== "out") setSession({ status: "out", why: session.status === "in" ? why : null });
}

/** Permissions of which a lesser one suffices: the server then refuses what that one does not cover. */
const LESSER: Readonly<Record<string, string>> = { "restores:write": "restores:sandbox" };

export function permits(me: Me, scope: string): boolean {
  return me.permissions.includes(scope) || me.permissions.includes(LESSER[scope] ?? scope);
}

/** May the signed-in one do this, somewhere? The server decides each time; this only spares the asking. */
export function useMay(scope: string): boolean {
  const now = useSession();
  return now.status === "in" && permits(now.me, scope);
}
