import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

/** What the address says about this page, and how to change it; an undefined or empty value is taken out. */
export function useAddress<K extends string>(): readonly [
  { readonly [Key in K]?: string },
  (changes: { readonly [Key in K]?: string | undefined }, options?: { replace?: boolean }) => void,
] {
  const search = useSearch({ strict: false }) as { readonly [Key in K]?: string };
  const navigate = useNavigate();
  const set = useCallback(
    (changes: { readonly [Key in K]?: string | undefined }, options: { replace?: boolean } = {}) => {
      const merge = (before: Record<string, unknown>) =>
        Object.fromEntries(
          Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined && value !== ""),
        );
      void navigate({ to: ".", search: merge as never, replace: options.replace ?? true });
    },
    [navigate],
  );
  return [search, set];
}

/** The id in this page's address. */
export function useId(): string {
  return (useParams({ strict: false }) as { id?: string }).id ?? "";
}
