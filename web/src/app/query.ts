import { QueryClient } from "@tanstack/react-query";
import { Problem } from "../api/client.ts";

const RETRIES = 2;
const FRESH_MS = 10_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // What a person has to mend does not get better by asking again.
      retry: (count, error) => count < RETRIES && (!(error instanceof Problem) || error.retryable),
      refetchOnWindowFocus: true,
    },
  },
});
