import { useSyncExternalStore } from "react";

/** Kept for this tab only: closing it forgets the token. */
const KEY = "holdfast.token";

export type SignedOutWhy = "expired" | "asked" | null;

let token: string | null = sessionStorage.getItem(KEY);
let why: SignedOutWhy = null;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

export function tokenNow(): string | null {
  return token;
}

export function signIn(secret: string): void {
  token = secret;
  why = null;
  sessionStorage.setItem(KEY, secret);
  tell();
}

export function signOut(reason: SignedOutWhy): void {
  if (token === null) return;
  token = null;
  why = reason;
  sessionStorage.removeItem(KEY);
  tell();
}

export function whySignedOut(): SignedOutWhy {
  return why;
}

export function useToken(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => token,
  );
}
